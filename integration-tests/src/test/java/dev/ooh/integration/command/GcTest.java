package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh gc} over the real bundle folder, woven. */
class GcTest {
  private static final List<String> TRACKED = List.of("spml", "epml", "procfs", "uffd");

  private static final String WARM = "Warmed up by one run";

  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir Path folder;

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void laterCyclesAreCheaperUnderATechnique() throws Exception {
    Ooh.Done done = OOH.run("gc", "--technique", "all", "--csv", at("one.csv"));
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.complaints()).isEmpty();
    assertThat(done.out()).contains("result c1ac2e959770e0a0").doesNotContain(WARM);
    assertThat(done.out().lines()).allMatch(line -> line.length() <= 100);
    Figures figures = Figures.of(folder.resolve("one.csv"));
    double untracked = figures.get("none", "small", "gc_time_other_cycles");
    assertThat(figures.get("none", "small", "pages_reported"))
        .isEqualTo(figures.get("none", "small", "pages_watched"));
    for (String technique : TRACKED) {
      double reported = figures.get(technique, "small", "pages_reported");
      assertThat(reported).isPositive();
      assertThat(reported).isLessThan(figures.get(technique, "small", "pages_watched") / 2);
      assertThat(figures.get(technique, "small", "gc_cycles")).isGreaterThan(10);
    }
    double epml = figures.get("epml", "small", "gc_time_other_cycles");
    double spml = figures.get("spml", "small", "gc_time_other_cycles");
    assertThat(epml).isLessThan(untracked / 2).isLessThan(spml);
    assertThat(spml).isLessThan(figures.get("procfs", "small", "gc_time_other_cycles"));
    assertThat(figures.get("spml", "small", "gc_time_first_cycle"))
        .isGreaterThan(figures.get("epml", "small", "gc_time_first_cycle"));
    assertThat(figures.get("epml", "small", "total_time"))
        .isLessThan(figures.get("procfs", "small", "total_time"));

    // Whatever else is measured beside it.
    OOH.run("gc", "--technique", "epml", "--csv", at("two.csv"));
    assertThat(Files.readAllLines(folder.resolve("one.csv")))
        .containsAll(Files.readAllLines(folder.resolve("two.csv")));
  }

  @Test
  void countsTheWordsOfAFile() throws Exception {
    Files.writeString(folder.resolve("text"), "to be or not to be, that is ".repeat(100_000));
    Ooh.Done done =
        OOH.run(
            "gc",
            "--application",
            "word_count",
            "--input",
            at("text"),
            "--technique",
            "epml,procfs",
            "--configuration",
            "Small",
            "--full-cycles",
            "beside",
            "--check",
            "--verify");
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out())
        .contains("equal to a computation without the heap, every cycle verified");
  }

  @Test
  void logsLikeTheJvmAndDraws() throws Exception {
    Ooh.Done done =
        OOH.run(
            "gc",
            "--technique",
            "epml",
            "--full-cycles",
            "beside",
            "--log=gc*",
            "--plot",
            at("pauses.svg"));
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out().lines().findFirst())
        .hasValueSatisfying(
            line -> assertThat(line).contains("Using Mark-Sweep", "epml on virtual", "simulated"));
    String start = "\\[\\d+\\.\\d{3}s\\]\\[info\\]\\[";
    String millis = " \\d+\\.\\d{3}ms";
    assertThat(done.out())
        .containsPattern(
            start
                + "gc\\] GC\\(\\d+\\) Pause Young \\(Allocation\\) \\d+M->\\d+M\\(\\d+M\\)"
                + millis)
        .containsPattern(start + "gc\\] GC\\(\\d+\\) Concurrent Mark Cycle" + millis)
        .containsPattern(start + "gc,phases\\] GC\\(\\d+\\)   Concurrent Mark:" + millis);
    assertThat(folder.resolve("pauses.svg")).content().contains("<svg");
  }

  @Test
  void measuredRunsAreWarm() throws Exception {
    Ooh.Done done =
        OOH.run("gc", "--substrate", "linux", "--technique", "none", "--csv", at("l.csv"));
    assumeFalse(done.err().contains("substrate linux can't be used here"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out()).contains(WARM);
    assertThat(Figures.of(folder.resolve("l.csv")).get("none", "small", "phase_cpu_time.mark"))
        .isPositive();
    // What only warmed up is not among the figures.
    assertThat(folder.resolve("l.csv")).content().containsOnlyOnce(",total_time,");
  }

  @Test
  void wrongInputIsOneLine() throws Exception {
    assertThat(
            wrong(
                1, "no memory for", "--technique", "none", "--heap", "4M", "--csv", at("none.csv")))
        .contains("give it more by --heap");
    assertThat(folder.resolve("none.csv")).doesNotExist();
    wrong(
        2,
        "application is 'gcbunch', wanted one of: baby, cache, gcbench, histogram, kmeans,",
        "--application",
        "gcbunch");
    wrong(2, "--heap is 18253611008 bytes, wanted 17179869184 (16G) or less", "--heap", "17G");
    wrong(
        2,
        "configuration is 'huge', wanted one of: small, medium, large",
        "--configuration",
        "huge");
    wrong(2, "--log is 'all', wanted gc or gc*", "--log", "all");
    wrong(2, "--input is text, but gcbench reads no file", "--input", "text");
    wrong(2, "--check is given, but gcbench has no other way", "--check");
    wrong(
        1,
        "--input is missing.txt, wanted a readable file",
        "--application",
        "word_count",
        "--input",
        "missing.txt");
  }

  /** Returns the one line. */
  private String wrong(int status, String message, String... options) throws Exception {
    String[] line = new String[options.length + 1];
    line[0] = "gc";
    System.arraycopy(options, 0, line, 1, options.length);
    Ooh.Done done = OOH.run(line);
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).contains(message).hasLineCount(1);
    return done.err();
  }
}
