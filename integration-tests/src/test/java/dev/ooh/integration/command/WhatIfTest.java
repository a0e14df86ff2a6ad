package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh calibrate}, {@code ooh record} and {@code ooh replay} over the real bundle folder. */
class WhatIfTest {
  private static final String EXACT = "spml,epml,procfs,uffd";

  @TempDir Path folder;

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
        Ooh.run(
            folder,
            "record",
            "--out",
            "r",
            "micro",
            "--technique",
            "procfs",
            "--sizes",
            "1",
            "--dirty",
            "50");
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
  }

  /** What is replayed is what happened: every event of the paper's, and so every price. */
  @Test
  void aSimulatedProgramCostsWhenReplayedWhatItCost() throws Exception {
    Ooh.Done ran =
        Ooh.run(
            folder,
            "record",
            "--out",
            "r",
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
            "m.csv");
    assertThat(ran.status()).as(ran.err()).isZero();
    Ooh.Done replayed = Ooh.run(folder, "replay", "r", "--technique", EXACT, "--csv", "p.csv");
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
