package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ooh checkpoint} and {@code ooh restore} over the real bundle folder, woven. */
class CheckpointTest {
  private static final List<String> TRACKED = List.of("spml", "epml", "procfs", "uffd");

  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir Path folder;

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @BeforeEach
  void writeText() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append(Integer.toString(random.nextInt(20_000) + 40_000, 36).replaceAll("\\d", "x"));
      text.append(' ');
    }
    Files.writeString(folder.resolve("text"), text);
  }

  private String[] checkpoint(String... more) {
    String[] line = {
      "checkpoint", "--application", "word_count", "--input", at("text"), "--pre-dumps", "2"
    };
    String[] all = new String[line.length + more.length];
    System.arraycopy(line, 0, all, 0, line.length);
    System.arraycopy(more, 0, all, line.length, more.length);
    return all;
  }

  private static String result(String out) {
    return out.lines()
        .filter(line -> line.startsWith("result: "))
        .map(line -> line.substring("result: ".length()))
        .findFirst()
        .orElse("none in " + out);
  }

  @Test
  void everyTechniqueLeavesTheSamePagesToTheParentsAndRestores() throws Exception {
    Ooh.Done done =
        OOH.run(
            checkpoint(
                "--technique",
                "all",
                "--directory",
                at("D"),
                "--verify",
                "--until",
                "60",
                "--csv",
                at("one.csv"),
                "--plot",
                at("times.svg")));
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.complaints()).isEmpty();
    assertThat(folder.resolve("times.svg")).content().contains("<svg", "<title>");
    Figures figures = Figures.of(folder.resolve("one.csv"));
    double all = figures.get("none", "small", "pages_written");
    assertThat(figures.get("all-dirty", "small", "pages_written")).isEqualTo(all);
    double some = figures.get("epml", "small", "pages_written");
    assertThat(some).isPositive().isLessThan(all / 2);
    for (String technique : TRACKED) {
      assertThat(figures.get(technique, "small", "pages_written")).as(technique).isEqualTo(some);
      assertThat(figures.get(technique, "small", "pages_skipped_parent")).isEqualTo(all - some);
    }
    double epml = figures.get("epml", "small", "complete_time");
    assertThat(epml).isLessThan(figures.get("procfs", "small", "complete_time"));
    assertThat(epml).isLessThan(figures.get("spml", "small", "complete_time"));

    // By a process that has nothing of the first but the files.
    Ooh.Done restored = Ooh.run(folder, "restore", "D");
    assertThat(restored.status()).as(restored.err()).isZero();
    assertThat(restored.err()).isEmpty();
    assertThat(restored.out()).contains("pages verified");
    assertThat(done.out()).contains(result(restored.out()));
    assertThat(OOH.run("images", "check", at("D")).status()).isZero();
  }

  @Test
  @Tag("soak")
  void figuresAreTheSameWhateverElseIsMeasuredBeside() throws Exception {
    String[] all =
        checkpoint(
            "--technique", "all", "--directory", at("D"), "--verify", "--csv", at("one.csv"));
    assertThat(OOH.run(all).status()).isZero();
    String[] alone =
        checkpoint("--technique", "epml", "--directory", at("E"), "--csv", at("two.csv"));
    assertThat(OOH.run(alone).status()).isZero();
    assertThat(Files.readAllLines(folder.resolve("one.csv")))
        .containsAll(Files.readAllLines(folder.resolve("two.csv")));
  }

  /** As CRIU: which pages changed is found out by another process of the guest. */
  @Test
  void aTrackerInAProcessOfItsOwnLeavesTheSamePagesAndRestores() throws Exception {
    Ooh.Done done =
        OOH.run(
            checkpoint(
                "--technique",
                "epml,uffd",
                "--directory",
                at("D"),
                "--until",
                "60",
                "--csv",
                at("own.csv"),
                "--alone",
                "--set",
                "tracker=own-process"));
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.complaints()).isEmpty();
    Figures figures = Figures.of(folder.resolve("own.csv"));
    double some = figures.get("epml", "small", "pages_written");
    assertThat(figures.get("epml", "small", "pages_skipped_parent")).isGreaterThan(some);
    assertThat(figures.get("uffd", "small", "pages_written")).isEqualTo(some);
    double alone = figures.get("none", "small", "alone_total_time");
    assertThat(alone).isPositive();
    for (String technique : List.of("epml", "uffd")) {
      assertThat(figures.get(technique, "small", "tracked_total_time")).isGreaterThan(alone);
    }
    Ooh.Done restored = OOH.run("restore", at("D"));
    assertThat(restored.out()).contains("pages verified");
    assertThat(done.out()).contains(result(restored.out()));
  }

  @Test
  void onRealMemoryWhatIsRestoredComesToTheSameResult() throws Exception {
    Ooh.Done done =
        OOH.run(
            checkpoint(
                "--substrate",
                "linux",
                "--technique",
                "all",
                "--directory",
                at("D"),
                "--verify",
                "--until",
                "60",
                "--copies",
                "1K",
                "--csv",
                at("one.csv")));
    assumeFalse(done.err().contains("substrate linux can't be used here"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    Figures figures = Figures.of(folder.resolve("one.csv"));
    String wanted = figures.text("none", "small", "result");
    double all = figures.get("none", "small", "pages_written");
    for (String technique : figures.techniques()) {
      assertThat(figures.text(technique, "small", "result")).as(technique).isEqualTo(wanted);
      boolean exact = !technique.equals("none") && !technique.equals("all-dirty");
      double written = figures.get(technique, "small", "pages_written");
      assertThat(written).as(technique).isBetween(1.0, exact ? all / 2 : all);
    }
    Ooh.Done restored = OOH.run("restore", at("D"));
    assertThat(restored.status()).as(restored.err()).isZero();
    assertThat(restored.out()).contains("restored on linux");
    assertThat(result(restored.out())).isEqualTo(wanted);

    Ooh.Done lazily = OOH.run("restore", "--lazy", at("D"));
    assertThat(lazily.err()).isEmpty();
    assertThat(lazily.out()).contains(" pages mapped, ", " pages verified");
    assertThat(result(lazily.out())).isEqualTo(wanted);

    Path digests = folder.resolve("D/latest/ooh-digests.img");
    byte[] bytes = Files.readAllBytes(digests);
    bytes[bytes.length - 1] ^= 1;
    Files.write(digests, bytes);
    Ooh.Done damaged = OOH.run("restore", "--lazy", at("D"));
    assertThat(damaged.status()).isEqualTo(1);
    assertThat(damaged.err()).contains("ooh-digests.img at offset 0: found CRC32C").hasLineCount(1);
    assertThat(damaged.out()).doesNotContain("result");
  }

  /** While the program runs, by default. */
  @Test
  @Tag("soak")
  void whatWasCopiedWhileTheProgramRanComesToTheSameResult() throws Exception {
    String[] virtual =
        checkpoint("--technique", "epml", "--directory", at("E"), "--csv", at("one.csv"));
    assertThat(OOH.run(virtual).status()).isZero();
    Ooh.Done done =
        OOH.run(
            checkpoint(
                "--substrate", "linux", "--directory", at("F"), "--verify", "--until", "60"));
    assumeFalse(done.err().contains("substrate linux can't be used here"), done.err());
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(result(OOH.run("restore", at("F")).out()))
        .isEqualTo(Figures.of(folder.resolve("one.csv")).text("epml", "small", "result"));
  }

  @Test
  @Tag("soak")
  void killedAtAnyMomentItLeavesTheSetBefore() throws Exception {
    assertThat(OOH.run(checkpoint("--directory", at("D"))).status()).isZero();
    String wanted = result(OOH.run("restore", at("D")).out());
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2; i++) {
      try (Ooh ooh = Ooh.start(folder, checkpoint("--directory", at("D")))) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextLong(1500, 5000)));
      }
      Ooh.Done restored = OOH.run("restore", at("D"));
      assertThat(restored.status()).as("seed %d: %s", seed, restored.err()).isZero();
      assertThat(result(restored.out())).as("seed %d", seed).isEqualTo(wanted);
      assertThat(OOH.run("images", "check", at("D")).status()).as("seed %d", seed).isZero();
    }
  }

  /** The small configuration of the paper's in-memory engines, killed as soon as it is dumped. */
  @ParameterizedTest
  @CsvSource({
    "baby, virtual", "baby, linux",
    "cache, virtual", "cache, linux",
    "stdhash, virtual", "stdhash, linux",
    "stdtree, virtual", "stdtree, linux",
    "tiny, virtual", "tiny, linux"
  })
  @Tag("soak")
  void killedEngineGoesOnFromItsDump(String engine, String substrate) throws Exception {
    Ooh.Done whole = OOH.run(small(engine, substrate, "D", "100"));
    assumeFalse(whole.err().contains("can't be used here"), whole.err());
    assertThat(whole.status()).as(whole.err()).isZero();
    Path dumped = folder.resolve("E/latest");
    try (Ooh ooh = Ooh.start(folder, small(engine, substrate, "E", "50"))) {
      while (!Files.exists(dumped) && ooh.isRunning()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
    Ooh.Done restored = OOH.run("restore", at("E"));
    assertThat(restored.status()).as(restored.err()).isZero();
    assertThat(restored.out()).contains(engine + " small restored on " + substrate);
    assertThat(whole.out()).contains(result(restored.out()));
  }

  private String[] small(String engine, String substrate, String directory, String untilPercent) {
    return new String[] {
      "checkpoint",
      "--application",
      engine,
      "--substrate",
      substrate,
      "--technique",
      substrate.equals("virtual") ? "epml" : "procfs",
      "--pre-dumps",
      "1",
      "--until",
      untilPercent,
      "--directory",
      at(directory)
    };
  }

  @Test
  void wrongInputIsOneLineAndLeavesNothing() throws Exception {
    wrong(
        1,
        "cache: heap heap: asked for",
        "checkpoint",
        "--application",
        "cache",
        "--technique",
        "none",
        "--heap",
        "1M");
    wrong(1, "nowhere: found nothing, wanted a directory of image sets", "restore", "nowhere");
    wrong(2, "application is 'mama', wanted", "checkpoint", "--application", "mama");
    wrong(
        1,
        "image directory %s: ".formatted(at("text/D")),
        "checkpoint",
        "--directory",
        at("text/D"));
    wrong(
        2,
        "configuration is 'huge', wanted one of: small, medium, large",
        "checkpoint",
        "--configuration",
        "huge");
    wrong(2, "--input is text, but baby reads no file", "checkpoint", "--input", "text");
    wrong(
        2,
        "--input is text, but tiny reads no file",
        "checkpoint",
        "--application",
        "tiny",
        "--input",
        "text");
    wrong(2, "--directory is '', wanted a directory", "checkpoint", "--directory", "");
    wrong(2, "action is 'chekc', wanted list, check, merge", "images", "chekc", "D");
    wrong(2, "--pre-dumps is -1, wanted 0 to 1000", "checkpoint", "--pre-dumps", "-1");
    assertThat(folder).isDirectoryNotContaining("glob:**/D");
  }

  private void wrong(int status, String message, String... line) throws Exception {
    boolean checkpoint = line[0].equals("checkpoint") && !List.of(line).contains("--directory");
    String[] all = checkpoint ? java.util.Arrays.copyOf(line, line.length + 2) : line;
    if (checkpoint) {
      all[line.length] = "--directory";
      all[line.length + 1] = at("D");
    }
    Ooh.Done done = OOH.run(all);
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).contains(message).hasLineCount(1);
  }
}
