package dev.ooh.cli.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.cli.CsvRows;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.tracking.core.TrackingCore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroRunTest {
  @TempDir Path folder;

  private static Invocation micro(boolean withLossy, String... arguments) {
    Tracking tracking =
        Tracking.of(new ToyControl(withLossy), List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
    return Invocation.of(new MicroRun(tracking), arguments);
  }

  @Test
  void writesOneMetricARow() throws Exception {
    Path csv = folder.resolve("m.csv");
    Invocation done = micro(false, "--sizes", "1,2", "--technique", "exact", "--csv", "" + csv);
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(Files.readAllLines(csv))
        .containsExactly(
            CsvRows.HEADER,
            // a store costs 1 ms, against 2 ms untracked
            "micro,virtual,exact,array,1,tracked_slowdown,1.5,x",
            "micro,virtual,exact,array,1,tracker_time,0,sim_ms",
            "micro,virtual,exact,array,1,setup_time,0,sim_ms",
            "micro,virtual,exact,array,1,pages_written,768,pages",
            "micro,virtual,exact,array,1,pages_reported,768,pages",
            "micro,virtual,exact,array,1,bytes_reported,3145728,bytes",
            "micro,virtual,exact,array,1,pages_lost,0,pages",
            "micro,virtual,exact,array,1,event.M5,768,count",
            "micro,virtual,exact,array,1,time.M5,768,sim_ms",
            "micro,virtual,exact,array,1,time.W0,1536,sim_ms",
            "micro,virtual,exact,array,2,tracked_slowdown,1.5,x",
            "micro,virtual,exact,array,2,tracker_time,0,sim_ms",
            "micro,virtual,exact,array,2,setup_time,0,sim_ms",
            "micro,virtual,exact,array,2,pages_written,1536,pages",
            "micro,virtual,exact,array,2,pages_reported,1536,pages",
            "micro,virtual,exact,array,2,bytes_reported,6291456,bytes",
            "micro,virtual,exact,array,2,pages_lost,0,pages",
            "micro,virtual,exact,array,2,event.M5,1536,count",
            "micro,virtual,exact,array,2,time.M5,1536,sim_ms",
            "micro,virtual,exact,array,2,time.W0,3072,sim_ms");
    assertThat(done.out()).contains("exact").contains("1.500x");
    assertThat(Files.readAllLines(folder.resolve("m.csv.origin")))
        .anyMatch(line -> line.startsWith("command: ooh micro --sizes 1,2 --technique exact"))
        .anyMatch(line -> line.startsWith("kernel: "))
        .contains("substrate: virtual", "seed: 1", "price of M5: a toy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|--vms is 0, wanted 1 to 64",
        "65|--vms is 65, wanted 1 to 64",
        "2|--vms is 2, wanted 1 on virtual, which has no virtual machines"
      })
  void refusesMachinesThatItCantHave(String machines, String message) {
    Invocation done = micro(false, "--sizes", "1", "--technique", "exact", "--vms", machines);
    assertThat(done.status()).isEqualTo(2);
    assertThat(done.err()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|1|--vcpus is 0, wanted 1 to 64",
        "65|1|--vcpus is 65, wanted 1 to 64",
        "3|2|--vcpus is 3 with --vms, wanted 1",
        "2|1|--vcpus is 2, wanted 1 on virtual, which has no virtual machines"
      })
  void refusesVirtualCpusThatItCantHave(String vcpus, String machines, String message) {
    Invocation done =
        micro(false, "--sizes", "1", "--technique", "exact", "--vcpus", vcpus, "--vms", machines);
    assertThat(done.status()).isEqualTo(2);
    assertThat(done.err()).contains(message);
  }

  @Test
  void virtualCpusAreWhatTheyAreWhicheverWayTheyAreGiven() throws Exception {
    List<List<String>> rows = new ArrayList<>();
    for (String given : List.of("--vcpus 2", "--set vcpus=2")) {
      Path csv = folder.resolve("m.csv");
      TrackingCore core = TrackingCore.create(List.of(new ChecksumTechnique()));
      Tracking tracking = Tracking.of(core, List.of(new VirtualSubstrate()));
      String line = "--sizes 1 --technique none,checksum --csv " + csv + " " + given;
      Invocation done = Invocation.of(new MicroRun(tracking), line.split(" "));
      assertThat(done.status()).as(done.err()).isZero();
      rows.add(Files.readAllLines(csv));
    }
    assertThat(rows.getFirst())
        .contains("micro,virtual,checksum,array,1:2vcpus,pages_written,768,pages");
    assertThat(rows.getLast()).isEqualTo(rows.getFirst());
  }

  @Test
  void recordsOneMachineOnly() {
    String file = folder.resolve("r").toString();
    Invocation done = micro(false, "--sizes", "1", "--vms", "2", "--record", file);
    assertThat(done.status()).isEqualTo(2);
    assertThat(done.err()).contains("--vms is 2 with --record, wanted 1");
  }

  @Test
  void drawsWhatItMeasured() throws Exception {
    for (String name : List.of("m.svg", "m.pdf")) {
      Path plot = folder.resolve(name);
      Invocation done = micro(false, "--sizes", "1,2", "--technique", "exact", "--plot", "" + plot);
      assumeFalse(done.err().contains("nothing can be drawn"), done.err());
      assertThat(done.status()).as(done.err()).isZero();
      assertThat(plot).isNotEmptyFile();
    }
    assertThat(folder.resolve("m.svg")).content().contains("<svg");
    Invocation nowhere = micro(false, "--sizes", "1", "--plot", folder.resolve("no/m.svg") + "");
    assertThat(nowhere.status()).isEqualTo(1);
    assertThat(nowhere.err()).contains("--plot is ").contains("but there is no folder");
  }

  @Test
  void aFileThatCantBeWrittenTakesNeitherTheTableNorAnotherFileWithIt() {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    Path plot = folder.resolve("m.svg");
    Invocation done =
        micro(
            false,
            "--sizes",
            "1",
            "--technique",
            "exact",
            "--csv",
            "/dev/full",
            "--plot",
            "" + plot,
            "--verbose");
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err()).contains("rows could not be written to /dev/full");
    assertThat(done.out()).contains("slowdown").contains("exact");
    assumeFalse(done.err().contains("nothing can be drawn"), done.err());
    assertThat(plot).isNotEmptyFile();
  }

  @Test
  void storesToAShareOfThePages() throws Exception {
    Path csv = folder.resolve("m.csv");
    Invocation done =
        micro(
            false,
            "--sizes",
            "1",
            "--dirty",
            "10,100",
            "--technique",
            "exact,all-dirty",
            "--csv",
            "" + csv);
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(Files.readAllLines(csv))
        .contains(
            "micro,virtual,exact,array,1/10,pages_written,78,pages",
            "micro,virtual,exact,array,1/10,pages_reported,78,pages",
            "micro,virtual,all-dirty,array,1/10,pages_written,78,pages",
            "micro,virtual,all-dirty,array,1/10,pages_reported,768,pages",
            "micro,virtual,exact,array,1/100,pages_written,768,pages");
  }

  @Test
  void anArrayOfHugePagesIsAnApplicationOfItsOwn() throws Exception {
    Path csv = folder.resolve("m.csv");
    Invocation done =
        micro(false, "--sizes", "1", "--huge-pages", "--technique", "exact", "--csv", "" + csv);
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(Files.readAllLines(csv))
        .contains("micro,virtual,exact,array-huge-pages,1,pages_written,768,pages")
        .noneMatch(line -> line.contains(",array,"));
  }

  @Test
  void aLostPageIsAFailureAndLeavesNoFile() {
    Path csv = folder.resolve("m.csv");
    Invocation done = micro(true, "--sizes", "1", "--technique", "lossy", "--csv", "" + csv);
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err())
        .isEqualTo(
            "ooh micro: technique lossy lost 3 of 768 pages written to the 1 MB array, wanted none"
                + " lost\n");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anArrayThatDoesNotFitIsFoundOutBeforeItIsTouched() {
    assertThat(FreeMemory.availableMegabytes("MemTotal: 9 kB\nMemAvailable:   20480 kB\nX: 1 kB"))
        .hasValue(20);
    assertThat(FreeMemory.availableMegabytes("MemTotal: 9 kB\n")).isEmpty();
    assumeTrue(Files.exists(Path.of("/proc/meminfo")));
    assertThatThrownBy(() -> FreeMemory.require(1 << 20))
        .hasMessageMatching("--sizes has 1048576 MB, found \\d+ MB of memory available, wanted .*");
  }

  @Test
  void allNamesWhatIsRefused() {
    Invocation done = micro(false, "--sizes", "1", "--technique", "all");
    assertThat(done.status()).isZero();
    assertThat(done.err())
        .isEqualTo("technique shy is refused on virtual: it is shy (be gentle)\n");
    assertThat(done.out()).contains("none").contains("all-dirty").contains("exact");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sizes 1,x     | 2 | --sizes has 'x'",
        "--sizes 1,      | 2 | --sizes has ''",
        "--sizes ,1      | 2 | --sizes has ''",
        "--dirty 1,      | 2 | --dirty has ''",
        "--technique exact, | 2 | technique is '', wanted all, none",
        "--csv=          | 2 | --csv is '', wanted a file",
        "--sizes 0       | 2 | --sizes has '0', wanted whole MB from 1",
        "--sizes 1.5     | 2 | --sizes has '1.5', wanted whole MB",
        "--dirty 101     | 2 | --dirty has '101', wanted percent above 0 and up to 100",
        "--dirty 0       | 2 | --dirty has '0', wanted percent",
        "--passes 2      | 2 | --passes is 2, wanted 3 or more",
        "--warm-up -1    | 2 | --warm-up is -1, wanted seconds from 0 to 3600",
        "--warm-up NaN   | 2 | --warm-up is NaN, wanted seconds from 0 to 3600",
        "--technique foo | 2 | technique is 'foo', wanted all, none, or one of those present",
        "--technique shy | 1 | technique shy is refused on virtual: it is shy (be gentle)",
        "--substrate xen | 2 | substrate is 'xen', wanted one of those present: linux, virtual",
        "--substrate linux | 1 | substrate linux can't be used here: this is not Linux",
        "--set ring-entires=5 | 2 | --set names 'ring-entires', wanted a setting of those present: did you mean ring-entries?",
        "--set ring-entries=many | 2 | setting ring-entries is 'many', wanted a whole number from 0 to 100",
        "--set ring-entries=101 | 2 | setting ring-entries is '101', wanted a whole number from 0 to 100",
        "--set seed=2 | 2 | --set has 'seed', which has an option of its own: --seed",
        "--set memory=2G | 2 | --set has 'memory', which has an option of its own: --memory",
        "--set vcpus=2 --vcpus 3 | 2 | --vcpus is 3 with --set vcpus=2, wanted one of them",
        "--cost-profile p | 2 | cost-profile is 'p', wanted sc22",
        "--csv /proc/a.csv | 1 | --csv is /proc/a.csv, but no file can be made in /proc",
        "--csv /none/a.csv | 1 | --csv is /none/a.csv, but there is no folder /none",
      })
  void badInputIsOneLine(String line, int status, String message) {
    Invocation done = micro(false, line.strip().split(" "));
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).startsWith("ooh micro: ").contains(message).hasLineCount(1);
    assertThat(done.out()).isEmpty();
  }
}
