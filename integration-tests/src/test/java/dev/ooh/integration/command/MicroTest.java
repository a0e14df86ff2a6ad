package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh micro} over the real bundle folder. */
class MicroTest {
  private static final List<String> EXACT = List.of("spml", "epml", "procfs", "uffd");
  private static final String SIZES = "1,10";

  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir Path folder;

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private Figures micro(String csv, String... more) throws Exception {
    List<String> line =
        new ArrayList<>(List.of("micro", "--technique", "all", "--sizes", SIZES, "--csv", at(csv)));
    line.addAll(List.of(more));
    Ooh.Done done = OOH.run(line);
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.complaints()).isEmpty();
    return Figures.of(folder.resolve(csv));
  }

  @Test
  void reportsWhatWasWritten() throws Exception {
    Figures figures = micro("one.csv");
    for (String size : SIZES.split(",")) {
      double pages = 3 * 256 * Double.parseDouble(size);
      for (String technique : List.of("none", "all-dirty", "spml", "epml", "procfs", "uffd")) {
        assertThat(figures.get(technique, size, "pages_written")).isEqualTo(pages);
        assertThat(figures.get(technique, size, "pages_reported")).isGreaterThanOrEqualTo(pages);
        assertThat(figures.get(technique, size, "tracked_slowdown")).isGreaterThanOrEqualTo(1);
      }
      for (String technique : EXACT) {
        assertThat(figures.get(technique, size, "pages_reported")).isEqualTo(pages);
        assertThat(figures.get(technique, size, "tracked_slowdown")).isGreaterThan(1);
      }
      assertThat(figures.get("none", size, "tracked_slowdown")).isEqualTo(1);
    }
    assertThat(figures.get("epml", "10", "tracked_slowdown")).isLessThan(1.05);
    for (String technique : List.of("spml", "epml")) {
      assertThat(figures.get(technique, "10", "setup_time")).isGreaterThan(8); // M3 + M4
    }

    Figures free = micro("zero.csv", "--cost-profile", "zero");
    assertThat(free.events()).isNotEmpty().isEqualTo(figures.events());
    assertThat(free.get("spml", "10", "tracked_slowdown")).isEqualTo(1);
  }

  @Test
  void severalMachinesCountAsOneDoesAndRepeatExactly() throws Exception {
    List<String> line = new ArrayList<>(List.of("micro", "--technique", "spml,epml,procfs"));
    line.addAll(List.of("--sizes", "1", "--set", "host-quantum=500", "--csv"));
    Figures one = several(line, "one.csv", "1");
    Figures three = several(line, "three.csv", "3");
    for (String technique : List.of("spml", "epml", "procfs")) {
      for (String metric : List.of("tracked_slowdown", "pages_written", "pages_reported")) {
        assertThat(three.get(technique, "1:3vms", metric))
            .as("%s of %s", metric, technique)
            .isEqualTo(one.get(technique, "1", metric));
      }
      assertThat(three.get(technique, "1:3vms", "vm_switches")).isGreaterThan(1);
      double ran = three.get(technique, "1:3vms", "ran_time");
      assertThat(three.get(technique, "1:3vms", "waited_time")).isBetween(ran, 2.1 * ran);
    }
    several(line, "again.csv", "3");
    assertThat(folder.resolve("again.csv")).hasSameTextualContentAs(folder.resolve("three.csv"));
  }

  @Test
  void severalVirtualCpusLoseNothingAndAreInterrupted() throws Exception {
    Figures figures = micro("vcpus.csv", "--vcpus", "3");
    Map<String, String> interruptions =
        Map.of(
            "spml", "vcpu.kick",
            "epml", "function.call.ipi",
            "procfs", "tlb.shootdown.ipi",
            "uffd", "tlb.shootdown.ipi");
    for (String technique : EXACT) {
      assertThat(figures.get(technique, "10:3vcpus", "pages_written")).isEqualTo(7680);
      assertThat(figures.get(technique, "10:3vcpus", "pages_reported")).isEqualTo(7680);
      String interruption = "event." + interruptions.get(technique);
      assertThat(figures.get(technique, "10:3vcpus", interruption)).as(technique).isGreaterThan(3);
    }
  }

  @Test
  @Tag("soak")
  void severalVirtualCpusRepeatExactly() throws Exception {
    micro("vcpus.csv", "--vcpus", "3");
    micro("again.csv", "--vcpus", "3");
    assertThat(folder.resolve("again.csv")).hasSameTextualContentAs(folder.resolve("vcpus.csv"));
  }

  private Figures several(List<String> line, String csv, String machines) throws Exception {
    List<String> words = new ArrayList<>(line);
    words.addAll(List.of(at(csv), "--vms", machines));
    Ooh.Done done = OOH.run(words);
    assertThat(done.status()).as(done.err()).isZero();
    return Figures.of(folder.resolve(csv));
  }

  @Test
  void storesToAShareOfThePages() throws Exception {
    Figures figures = micro("dirty.csv", "--dirty", "1,10");
    for (String technique : EXACT) {
      assertThat(figures.get(technique, "10/10", "pages_written")).isEqualTo(768);
      assertThat(figures.get(technique, "10/10", "pages_reported")).isEqualTo(768);
      assertThat(figures.get(technique, "10/1", "pages_reported")).isEqualTo(78);
    }
    assertThat(figures.get("all-dirty", "10/1", "pages_reported")).isEqualTo(7680);
  }

  /** What has one flag for 2 MiB reports all of them; what goes by pages of 4 KiB is exact. */
  @Test
  void storesToHugePages() throws Exception {
    Figures figures = micro("huge.csv", "--dirty", "10", "--huge-pages");
    for (String technique : EXACT) {
      boolean block = technique.equals("epml") || technique.equals("procfs");
      assertThat(figures.get(technique, "10/10", "pages_written")).isEqualTo(768);
      assertThat(figures.get(technique, "10/10", "pages_reported"))
          .as(technique)
          .isEqualTo(block ? 7680 : 768);
      // One MB is less than a huge page.
      assertThat(figures.get(technique, "1/10", "pages_reported")).isEqualTo(78);
    }
    assertThat(figures.get("epml", "10/10", "event.M15")).isEqualTo(15);
    assertThat(figures.get("procfs", "10/10", "event.M5")).isEqualTo(15);
    assertThat(figures.get("uffd", "10/10", "event.huge.page.split")).isEqualTo(5);
  }

  @Test
  void badInputIsOneLineAndLeavesNothingBehind() throws Exception {
    Path profile =
        Files.writeString(folder.resolve("profile.csv"), "id,event,microseconds\nM1,x,-1\n");
    wrong(1, "--memory", "--sizes", "100", "--technique", "epml", "--memory", "64M");
    wrong(2, profile.toString(), "--cost-profile", profile.toString());
    wrong(2, "'spmll'", "--technique", "spmll");
    wrong(2, "'0'", "--sizes", "0");
    wrong(2, "xen", "--substrate", "xen");
    assertThat(folder).isDirectoryNotContaining(file -> !file.equals(profile));
  }

  private void wrong(int status, String message, String... options) throws Exception {
    String[] line =
        Stream.concat(Stream.of("micro", "--sizes", "1", "--csv", at("a.csv")), Stream.of(options))
            .toArray(String[]::new);
    Ooh.Done done = OOH.run(line);
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).hasLineCount(1).contains(message);
    assertThat(done.out()).isEmpty();
  }
}
