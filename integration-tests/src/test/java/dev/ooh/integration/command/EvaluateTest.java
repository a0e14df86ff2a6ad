package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh evaluate} over the real bundle folder, in processes of its own. */
class EvaluateTest {
  @TempDir private static Path shared;
  private static Ooh.Done done;

  @TempDir private Path folder;

  @BeforeAll
  static void evaluateOnce() throws Exception {
    done = evaluate(shared, "one");
  }

  private Ooh.Done evaluate(String out, String... more) throws Exception {
    return evaluate(folder, out, more);
  }

  private static Ooh.Done evaluate(Path folder, String out, String... more) throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("evaluate", "--quick", "--only", "figure4,table4", "--out", out));
    line.addAll(List.of(more));
    return Ooh.run(folder, line.toArray(String[]::new));
  }

  @Test
  void figuresAgreeWithThePublishedOnesAndAreMeasuredOnce() throws Exception {
    assumeFalse(done.err().contains("figures can't be drawn"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    Path one = shared.resolve("one");
    assertThat(one).isDirectoryContaining("glob:**/figure4.{svg,pdf}");
    assertThat(one.resolve("figure4.pdf")).isNotEmptyFile();
    assertThat(Files.readString(one.resolve("report.html")))
        .contains("<section id=\"figure4\">", "<svg", "published 66")
        .doesNotContain("http-equiv", "src=", "<script");
    assertThat(Files.readString(one.resolve("results.json"))).contains("\"published\" : 66.0");
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

  /** As long as all the others; each command is held to it by its own test as well. */
  @Test
  @Tag("soak")
  void twoEvaluationsGiveTheSameFigures() throws Exception {
    Ooh.Done second = evaluate(shared, "two", "--against", "one");
    assertThat(second.status()).as(second.err()).isZero();
    assertThat(second.out()).contains(" are the same, 0 differ, 0 are only here, 0 only there.");
    assertThat(shared.resolve("two/results.csv"))
        .hasSameTextualContentAs(shared.resolve("one/results.csv"));
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
    wrong(1, "old holds measurements of version 0.0.1, wanted ", evaluate("old"));
    Files.writeString(folder.resolve("file"), "");
    wrong(1, "--out is file/D, wanted a folder that can be written to", evaluate("file/D"));
    wrong(
        2,
        "--only has 'figure99', wanted some of: answers, table1,",
        Ooh.run(folder, "evaluate", "--out", "D", "--only", "figure99"));
    wrong(1, "none/results.csv can't be read", evaluate("D", "--against", "none"));
    assertThat(folder.resolve("D")).doesNotExist();
  }

  private static void wrong(int status, String message, Ooh.Done done) {
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).contains(message).hasLineCount(1);
  }
}
