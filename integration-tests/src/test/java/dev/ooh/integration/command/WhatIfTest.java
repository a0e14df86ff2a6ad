package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh calibrate}, {@code ooh record} and {@code ooh replay} over the real bundle folder. */
class WhatIfTest {
  private static final String EXACT = "spml,epml,procfs,uffd";

  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir Path folder;

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  /** From what this machine's memory costs and a program did, to what techniques would cost it. */
  @Test
  void realMemoryIsReplayedAtThisMachinesCosts() throws Exception {
    Ooh.Done calibrated = Ooh.run(folder, "calibrate", "--sizes", "1", "--passes", "3");
    assumeFalse(calibrated.err().contains("PAGEMAP_SCAN"), calibrated.err());
    assertThat(calibrated.status()).as(calibrated.err()).isZero();
    List<String> profile = Files.readAllLines(folder.resolve("this-machine.csv"));
    for (String measured : List.of("M1,", "M5,", "M15,", "M16,", "W0,", "CP,", "CONTEXT_SWITCH,")) {
      assertThat(profile).anyMatch(row -> row.startsWith(measured) && row.contains(",measured: "));
    }
    for (String published : List.of("M3,", "M7,", "M13,", "M14,", "M17,", "M18,")) {
      assertThat(profile)
          .anyMatch(row -> row.startsWith(published) && row.contains(",not measurable here: "));
    }

    Ooh.Done recorded =
        OOH.run(
            "record",
            "--out",
            at("r"),
            "micro",
            "--technique",
            "procfs",
            "--sizes",
            "1",
            "--dirty",
            "50",
            "--warm-up",
            "0");
    assertThat(recorded.status()).as(recorded.err()).isZero();
    Ooh.Done replayed =
        Ooh.run(
            folder,
            "replay",
            "r",
            "--technique",
            EXACT,
            "--profile",
            "this-machine",
            "--csv",
            "p.csv");
    assertThat(replayed.status()).as(replayed.err()).isZero();
    Figures figures = Figures.of(folder.resolve("p.csv"));
    double intervals = figures.get("uffd", "1/50 by procfs", "intervals");
    assertThat(intervals).isGreaterThanOrEqualTo(3);
    for (String technique : EXACT.split(",")) {
      assertThat(figures.get(technique, "1/50 by procfs", "pages_written"))
          .isEqualTo(128 * intervals);
      assertThat(figures.get(technique, "1/50 by procfs", "tracked_slowdown")).isGreaterThan(1);
    }
    assertThat(figures.get("uffd", "1/50 by procfs", "event.M6")).isEqualTo(128 * intervals);
    workCostsWhatTheProfileSaysOfTheApplication();
  }

  /**
   * A unit that costs a millisecond, of a program that declares some for each byte that it reads.
   */
  private void workCostsWhatTheProfileSaysOfTheApplication() throws Exception {
    Files.writeString(
        folder.resolve("this-machine.csv"),
        "id,event,microseconds,techniques\nWORK_UNIT:word_count,work_unit,1000,all\n",
        StandardOpenOption.APPEND);
    Files.writeString(folder.resolve("text"), "to be or not to be ".repeat(100));
    Ooh.Done ran =
        OOH.run(
            "gc",
            "--application",
            "word_count",
            "--input",
            at("text"),
            "--technique",
            "none",
            "--profile",
            at("this-machine.csv"),
            "--csv",
            at("g.csv"));
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(Figures.of(folder.resolve("g.csv")).get("none", "small", "total_time"))
        .isGreaterThan(1900);
  }

  /** What is replayed is what happened: every event of the paper's, and so every price. */
  @Test
  void aSimulatedProgramCostsWhenReplayedWhatItCost() throws Exception {
    Ooh.Done ran =
        OOH.run(
            "record",
            "--out",
            at("r"),
            "micro",
            "--substrate",
            "virtual",
            "--technique",
            EXACT,
            "--sizes",
            "1",
            "--dirty",
            "30,100",
            "--csv",
            at("m.csv"));
    assertThat(ran.status()).as(ran.err()).isZero();
    Ooh.Done replayed = OOH.run("replay", at("r"), "--technique", EXACT, "--csv", at("p.csv"));
    assertThat(replayed.status()).as(replayed.err()).isZero();
    Figures original = Figures.of(folder.resolve("m.csv"));
    Figures figures = Figures.of(folder.resolve("p.csv"));
    for (String technique : EXACT.split(",")) {
      for (String size : List.of("1/30", "1/100")) {
        String place = size + " by " + technique;
        assertThat(counted(figures, technique, place))
            .as(technique + " " + size)
            .isNotEmpty()
            .isEqualTo(counted(original, technique, size));
        for (String metric : List.of("tracked_slowdown", "pages_written", "pages_reported")) {
          assertThat(figures.text(technique, place, metric))
              .as(technique + " " + size + " " + metric)
              .isEqualTo(original.text(technique, size, metric));
        }
      }
    }
  }

  /** By the library alone, in a JVM without the framework. */
  @Test
  void aProgramOfOnesOwnIsRecordedAndReplayed() throws Exception {
    Files.writeString(
        folder.resolve("Mine.java"),
        """
        import dev.ooh.library.PageTracker;
        import dev.ooh.library.Recording;
        import java.lang.foreign.*;
        import java.nio.file.Path;

        class Mine {
          public static void main(String[] arguments) throws Exception {
            try (Arena arena = Arena.ofShared()) {
              MemorySegment segment = arena.allocate(256 * 4096, 4096);
              try (PageTracker tracker = PageTracker.track(segment)) {
                tracker.use("procfs");
                try (Recording recording = tracker.record(Path.of("r"), "mine")) {
                  tracker.changes().commit();
                  for (int interval = 0; interval < 3; interval++) {
                    for (int page = 0; page < 20; page++) {
                      segment.set(ValueLayout.JAVA_BYTE, (page + interval) * 4096L, (byte) 1);
                    }
                    tracker.changes().commit();
                  }
                }
              }
            }
          }
        }
        """);
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                libraryAlone(),
                "Mine.java")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    assertThat(program.waitFor(10, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(folder.resolve("said"));
    assumeFalse(said.contains("is refused"), said);
    assertThat(program.exitValue()).as(said).isZero();

    Ooh.Done replayed = OOH.run("replay", at("r"), "--technique", EXACT, "--csv", at("p.csv"));
    assertThat(replayed.status()).as(replayed.err()).isZero();
    assertThat(replayed.out()).contains("mine");
    Figures figures = Figures.of(folder.resolve("p.csv"));
    for (String technique : EXACT.split(",")) {
      assertThat(figures.get(technique, "own by procfs", "pages_written")).isEqualTo(3 * 20);
    }
  }

  /** What a program has by the library's pom, as the build left it. */
  private static String libraryAlone() {
    Path top = Path.of(System.getProperty("ooh.top"));
    return Stream.of(
            "framework/tracking-api",
            "framework/tracking-core",
            "framework/library",
            "plugins/substrates/linux-memory",
            "procfs-plugin",
            "uffd-plugin")
        .map(module -> top.resolve(module).resolve("target/classes").toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Of the paper's, those that come with each interval. */
  private static Map<String, String> counted(Figures figures, String technique, String place) {
    Map<String, String> counted = new TreeMap<>();
    String start = technique + " " + place + " event.";
    figures
        .events()
        .forEach(
            (key, count) -> {
              if (key.startsWith(start) && key.matches(".*\\.M(1|5|6|7|8|13|14|15|16|17|18)")) {
                counted.put(key.substring(start.length()), count);
              }
            });
    return counted;
  }
}
