package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh evaluate} over the real bundle folder, in processes of its own. */
class EvaluateTest {
  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir private static Path shared;
  private static Ooh.Done done;

  @TempDir private Path folder;

  @BeforeAll
  static void evaluateOnce() throws Exception {
    done = evaluate(shared, "one");
  }

  /** In a process, as its measurements are processes again, started as that one was. */
  private static Ooh.Done evaluate(Path folder, String out) throws Exception {
    return Ooh.run(folder, "evaluate", "--quick", "--only", "figure4,table4", "--out", out);
  }

  @Test
  void figuresAgreeWithThePublishedOnesAndAreMeasuredOnce() throws Exception {
    assumeFalse(done.err().contains("nothing can be drawn"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    Path one = shared.resolve("one");
    assertThat(one).isDirectoryContaining("glob:**/figure4.{svg,pdf}");
    assertThat(one.resolve("figure4.pdf")).isNotEmptyFile();
    assertThat(Files.readString(one.resolve("report.html")))
        .contains("<section id=\"figure4\">", "<svg", "published 66")
        .contains("<th>seeds</th><td>1, of", "<th>cost profile</th><td>sc22</td>", "<th>host</th>")
        .contains("sim_ms (simulated)")
        .doesNotContain("http-equiv", "src=", "<script");
    assertThat(Files.readString(one.resolve("results.json"))).contains("\"published\" : 66.0");
    assertThat(one.resolve("results.csv.origin"))
        .content()
        .contains("cost profile: sc22", "host: ");
    Figures figures = Figures.of(one.resolve("results.csv"));
    assertThat(figures.get("spml", "1024", "tracked_slowdown")).isBetween(60.0, 72.0);
    assertThat(figures.get("epml", "1024", "tracked_slowdown")).isBetween(1.0, 1.02);
    // Table IVb is input; that each event happens once a page is not.
    assertThat(figures.get("spml", "1024", "M17")).isBetween(15_737.0, 15_739.0);

    // Nothing is measured again: what is there is taken.
    long measured = Files.getLastModifiedTime(runs(one).getFirst()).toMillis();
    assertThat(evaluate(shared, "one").status()).isZero();
    assertThat(Files.getLastModifiedTime(runs(one).getFirst()).toMillis()).isEqualTo(measured);
  }

  @Test
  void theReportOpensInABrowserWithoutANetwork() throws Exception {
    Optional<Browser> browser = Browser.installed(folder);
    assumeTrue(browser.isPresent(), "needs Chromium (Debian's package chromium)");
    assumeFalse(done.err().contains("nothing can be drawn"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    Browser.Page page = browser.get().open(shared.resolve("one/report.html"));
    assertThat(page.console()).isEmpty();
    assertThat(page.document())
        .contains("<section id=\"figure4\">", "<section id=\"table4\">", "</html>");

    // That it would be seen: a page with an error of its own.
    Path wrong = Files.writeString(folder.resolve("wrong.html"), "<script>nothing();</script>");
    assertThat(browser.get().open(wrong).console())
        .singleElement()
        .asString()
        .contains("nothing is not defined");
  }

  /** All of it, for minutes; each command is held to it by its own test as well. */
  @Test
  @Tag("soak")
  void theWholeQuickEvaluationOpensAndTwoGiveTheSameFigures() throws Exception {
    Ooh.Done first = Ooh.run(folder, "evaluate", "--quick", "--out", "one");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("one/results.csv")).stream().skip(1))
        .extracting(line -> line.substring(0, line.indexOf(',')))
        .contains("answers", "table1", "table3", "table4", "table5")
        .contains("figure3", "figure4", "figure5", "figure6", "figure7", "figure8", "figure9")
        .contains("figure10", "figure11", "sensitivity", "scale", "profiles");
    Optional<Browser> browser = Browser.installed(Files.createDirectory(folder.resolve("browser")));
    if (browser.isPresent()) {
      Browser.Page page = browser.get().open(folder.resolve("one/report.html"));
      assertThat(page.console()).isEmpty();
      assertThat(page.document()).contains("<section id=\"figure11\">", "</html>");
    }
    Ooh.Done second = Ooh.run(folder, "evaluate", "--quick", "--out", "two", "--against", "one");
    assertThat(second.status()).as(second.err()).isZero();
    assertThat(second.out()).contains(" are the same, 0 differ, 0 are only here, 0 only there.");
    assertThat(folder.resolve("two/results.csv"))
        .hasSameTextualContentAs(folder.resolve("one/results.csv"));
  }

  @Test
  @Tag("soak")
  void anEvaluationThatIsKilledGoesOnWithTheSameFigures() throws Exception {
    for (String out : List.of("whole", "killed")) {
      Files.createDirectories(folder.resolve(out).resolve("runs"));
      for (Path done : runs(shared.resolve("one"))) {
        for (String suffix : List.of("", ".origin")) {
          String name = done.getFileName() + suffix;
          Files.copy(done.resolveSibling(name), folder.resolve(out).resolve("runs/" + name));
        }
      }
    }
    Process first = Ooh.process(folder, true, profiles("killed"));
    ProcessHandle child;
    try {
      child = child(folder.resolve("killed/runs"), first);
      isOneLine(
          1,
          "killed is in use by process %d (ooh evaluate --quick --only profiles"
              .formatted(first.pid()),
          Ooh.run(folder, profiles("killed")));
    } finally {
      first.destroyForcibly().waitFor(); // as kill -9: it can't end its child
    }
    child.onExit().get(5, TimeUnit.MINUTES);
    assertThat(folder.resolve("killed/results.csv")).doesNotExist();

    for (String out : List.of("killed", "whole")) {
      Ooh.Done done = Ooh.run(folder, profiles(out));
      assertThat(done.status()).as(done.err()).isZero();
    }
    assertThat(folder.resolve("killed/results.csv"))
        .hasSameTextualContentAs(folder.resolve("whole/results.csv"));
    assertThat(folder.resolve("killed/runs"))
        .isDirectoryNotContaining("glob:**.process")
        .isDirectoryNotContaining("glob:**.part");
  }

  /** One run more than what was done for all tests. */
  private static String[] profiles(String out) {
    return new String[] {"evaluate", "--quick", "--only", "profiles", "--out", out};
  }

  /** The process of a run that an evaluation has started, as it wrote it down. */
  private static ProcessHandle child(Path runs, Process evaluation) throws Exception {
    while (true) {
      assertThat(evaluation.isAlive()).isTrue();
      Optional<ProcessHandle> child = evaluation.toHandle().children().findFirst();
      try (var files = Files.list(runs)) {
        if (child.isPresent() && files.anyMatch(file -> file.toString().endsWith(".process"))) {
          return child.get();
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static List<Path> runs(Path out) throws Exception {
    try (var files = Files.list(out.resolve("runs"))) {
      return files.filter(file -> file.toString().endsWith(".csv")).sorted().toList();
    }
  }

  @Test
  void wrongInputIsOneLine() throws Exception {
    Files.createDirectories(folder.resolve("old/runs"));
    Files.writeString(folder.resolve("old/runs/version.txt"), "0.0.1");
    Files.writeString(folder.resolve("mine.csv"), "id,event,microseconds,techniques,source\n");
    Files.writeString(folder.resolve("file"), "");
    wrong(1, at("old") + " holds measurements of version 0.0.1, wanted ", "old");
    wrong(2, "cost profile %s: M1 (".formatted(at("mine.csv")), "D", "--profile", at("mine.csv"));
    wrong(
        1, "--out is %s, wanted a folder that can be written to".formatted(at("file/D")), "file/D");
    wrong(2, "--only has 'figure99', wanted some of: answers, table1,", "D", "--only", "figure99");
    wrong(1, at("none/results.csv") + " can't be read", "D", "--against", at("none"));
    wrong(
        2,
        "cost profile zero: work_unit is missing, wanted a row with its cost, by which figure6 are",
        "D",
        "--only",
        "figure4,figure6",
        "--profile",
        "zero");
    assertThat(folder.resolve("D")).doesNotExist();
  }

  private void wrong(int status, String message, String out, String... more) throws Exception {
    List<String> line = new ArrayList<>(List.of("evaluate", "--quick", "--out", at(out)));
    line.addAll(List.of(more));
    isOneLine(status, message, OOH.run(line));
  }

  private static void isOneLine(int status, String message, Ooh.Done done) {
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).contains(message).hasLineCount(1);
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }
}
