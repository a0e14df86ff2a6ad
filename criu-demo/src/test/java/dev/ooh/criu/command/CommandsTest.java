package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import dev.ooh.criu.toy.ToySubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.core.TrackingCore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @TempDir private Path directory;
  private Path text = Path.of("");
  private Path images = Path.of("");
  private final Tracking tracking = Tracking.of(new TrackingCore(), List.of(new ToySubstrate()));

  private Executed checkpoint(String... more) {
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "--substrate",
                    "toy",
                    "--application",
                    "word_count",
                    "--directory",
                    images.toString()),
                Arrays.stream(more))
            .toList();
    return Executed.of(
        new CheckpointRun(tracking, new ImageDirectories(List.of())),
        arguments.toArray(new String[0]));
  }

  private Executed checkpointText(String... more) {
    return checkpoint(
        Stream.concat(Stream.of("--input", text.toString()), Arrays.stream(more))
            .toArray(String[]::new));
  }

  @BeforeEach
  void writeText() throws Exception {
    text = directory.resolve("text");
    images = directory.resolve("images");
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      words.append("word").append((char) ('a' + i % 26)).append((char) ('a' + i % 17)).append(' ');
    }
    Files.writeString(text, words);
  }

  @Test
  void checkpointThenRestoreGivesTheSameResult() throws Exception {
    Path csv = directory.resolve("rows.csv");
    Executed result =
        checkpointText(
            "--heap", "64M", "--pre-dumps", "2", "--until", "50", "--csv", csv.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    List<String> rows = Files.readAllLines(csv);
    for (String metric :
        List.of(
            "complete_time",
            "memory_dump_time",
            "memory_write_time",
            "frozen_time",
            "pages_scanned",
            "pages_written",
            "pages_skipped_parent",
            "pre_dump_time",
            "tracked_total_time",
            "result")) {
      assertThat(rows)
          .as(metric)
          .anyMatch(
              row -> row.startsWith("checkpoint,toy,all-dirty,word_count,small," + metric + ","));
    }
    assertThat(rows).filteredOn(row -> row.contains(",pre_dump_time,")).hasSize(2);
    String checksum =
        rows.stream().filter(row -> row.contains(",result,")).findFirst().orElse("").split(",")[6];
    Executed restored =
        Executed.of(new RestoreRun(tracking, new ImageDirectories(List.of())), images.toString());
    assertThat(restored.err()).isEmpty();
    assertThat(restored.status()).isZero();
    assertThat(restored.line("result:")).isEqualTo("result: " + checksum);
    Executed checked = Executed.images("check", images.toString());
    assertThat(checked.status()).isZero();
    assertThat(checked.out().lines()).hasSize(3).allMatch(line -> line.endsWith(": whole"));
  }

  @Test
  void quotesTheHintAndTakesAConfigurationInAnyCase() {
    images = directory.resolve("ima'ges $x");
    Executed result =
        checkpointText("--heap", "64M", "--technique", "none", "--configuration", "Small");
    assertThat(result.err()).isEmpty();
    assertThat(result.line("restore with"))
        .isEqualTo("restore with: ooh restore '" + directory + "/ima'\\''ges $x'");
  }

  @Test
  void untrackedBaselineDumpsWhole() {
    Executed result = checkpointText("--heap", "64M", "--technique", "none");
    assertThat(result.status()).isZero();
    assertThat(result.line("none")).contains(images.resolve("set-000001").toString());
  }

  @Test
  void wrongUsageIsOneLineAndLeavesNothing() throws Exception {
    for (Executed result :
        List.of(
            checkpointText("--pre-dumps", "-1"),
            checkpointText("--threads", "2"),
            checkpoint("--threads", "65"),
            checkpointText("--until", "0"),
            checkpointText("--until", "101"),
            checkpointText("--configuration", "tiny"),
            checkpointText("--technique", "magic"),
            Executed.of(
                new CheckpointRun(tracking, new ImageDirectories(List.of())),
                "--application",
                "mama",
                "--directory",
                images.toString()))) {
      assertThat(result.status()).as(result.err()).isEqualTo(CommandSupport.WRONG_USAGE);
      assertThat(result.err().lines()).hasSize(1);
    }
    Executed unreadable = checkpoint("--input", "/nowhere");
    assertThat(unreadable.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(unreadable.err()).contains("--input is /nowhere, wanted a readable file");
    assertThat(images).doesNotExist();
  }

  /** Its memory's addresses are those of the substrate that it was dumped on. */
  @Test
  void noSubstrateIsOfferedToRestoreOn() {
    assertThat(checkpointText("--heap", "64M", "--technique", "none").status()).isZero();
    RestoreRun restore = new RestoreRun(tracking, new ImageDirectories(List.of()));
    Executed refused = Executed.of(restore, "--substrate", "toy", images.toString());
    assertThat(refused.status()).isEqualTo(CommandSupport.WRONG_USAGE);
    assertThat(refused.err()).contains("--substrate").hasLineCount(1);
  }

  @Test
  void itsMachineMayBeAsLargeAsThatOfTheCheckpoint() {
    assertThat(checkpointText("--heap", "64M", "--technique", "none").status()).isZero();
    List<String> sizes = new ArrayList<>();
    Substrate machine =
        new ToySubstrate() {
          @Override
          public AddressSpace open(SpaceOptions options) {
            sizes.add(options.settings().getOrDefault("memory", "its own"));
            return super.open(options);
          }
        };
    Tracking there = Tracking.of(new TrackingCore(), List.of(machine));
    for (String[] arguments : new String[][] {{}, {"--memory", "6G"}}) {
      Executed restored =
          Executed.of(
              new RestoreRun(there, new ImageDirectories(List.of())),
              Stream.concat(Stream.of(images.toString()), Arrays.stream(arguments))
                  .toArray(String[]::new));
      assertThat(restored.err()).isEmpty();
      assertThat(restored.status()).isZero();
    }
    assertThat(sizes).containsExactly("its own", Long.toString(6L << 30));
  }

  @Test
  void fullHeapIsOneLineAndLeavesNothing() {
    Executed result = checkpointText("--heap", "1M");
    assertThat(result.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("limit is 1048576", "--heap");
    assertThat(images).doesNotExist();
  }

  @Test
  void damagedImageIsOneLine() throws Exception {
    assertThat(checkpointText("--heap", "64M").status()).isZero();
    Path pages = images.resolve("latest/pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[5000] ^= 4;
    Files.write(pages, bytes);
    Executed restored =
        Executed.of(new RestoreRun(tracking, new ImageDirectories(List.of())), images.toString());
    assertThat(restored.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(restored.err().lines()).hasSize(1);
    assertThat(restored.err()).contains("pages-1.img at offset 4096: found", "wanted CRC32C");
    Executed checked = Executed.images("check", images.toString());
    assertThat(checked.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(checked.out()).contains("damaged: ");
    assertThat(checked.err().lines()).hasSize(1);
    Executed nothing =
        Executed.of(
            new RestoreRun(tracking, new ImageDirectories(List.of())),
            directory.resolve("none").toString());
    assertThat(nothing.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(nothing.err()).contains("found nothing, wanted a directory of image sets");
  }

  @Test
  void aRestoredProgramIsDumpedAgainAndGoesOn() throws Exception {
    // Nothing is copied while the program runs, so that it stands still from the point on.
    Executed dumped = checkpointText("--heap", "64M", "--until", "30", "--copies", "1K");
    assertThat(dumped.status()).as(dumped.err()).isZero();
    Executed plain =
        Executed.of(new RestoreRun(tracking, new ImageDirectories(List.of())), images.toString());
    Executed again =
        Executed.of(
            new RestoreRun(tracking, new ImageDirectories(List.of())),
            "--dump-at",
            "60",
            "--technique",
            "all-dirty",
            images.toString());
    assertThat(again.err()).isEmpty();
    assertThat(again.status()).isZero();
    String second = images.resolve("set-000002") + ": ";
    assertThat(again.line(second)).contains("dumped at 6", "under all-dirty");
    assertThat(again.line("result: ")).isEqualTo(plain.line("result: ")).startsWith("result: ");
    Executed third =
        Executed.of(new RestoreRun(tracking, new ImageDirectories(List.of())), images.toString());
    assertThat(third.line(second)).contains("restored on toy", "6");
    assertThat(third.line("result: ")).isEqualTo(plain.line("result: "));
    for (List<String> wrong :
        List.of(List.of("--dump-at", "0"), List.of("--dump-at", "50", "--lazy"))) {
      Executed refused =
          Executed.of(
              new RestoreRun(tracking, new ImageDirectories(List.of())),
              Stream.concat(wrong.stream(), Stream.of(images.toString())).toArray(String[]::new));
      assertThat(refused.status()).isEqualTo(CommandSupport.WRONG_USAGE);
      assertThat(refused.err().lines()).hasSize(1);
    }
  }

  @Test
  void whereNothingCanBeMappedALazyRestoreSaysSoAndReadsEverything() {
    Executed dumped = checkpointText("--heap", "64M", "--until", "50");
    assertThat(dumped.status()).as(dumped.err()).isZero();
    Executed eager =
        Executed.of(new RestoreRun(tracking, new ImageDirectories(List.of())), images.toString());
    Executed lazy =
        Executed.of(
            new RestoreRun(tracking, new ImageDirectories(List.of())), "--lazy", images.toString());
    assertThat(lazy.err()).isEmpty();
    assertThat(lazy.status()).isZero();
    assertThat(lazy.line("every page is read first: "))
        .isEqualTo("every page is read first: no file can be mapped into memory of substrate toy");
    assertThat(lazy.line("result: ")).isEqualTo(eager.line("result: ")).startsWith("result: ");
  }

  @Test
  void compressedSetsTakeLessRoomAndAreRestoredCheckedAndDumpedAgain() throws Exception {
    Executed plain = checkpointText("--until", "50");
    Executed compressed = checkpointText("--until", "50", "--pre-dumps", "1", "--compress");
    assertThat(compressed.err()).isEmpty();
    assertThat(images.resolve("latest").toRealPath()).hasFileName("set-000003.lz4");
    assertThat(Files.size(images.resolve("set-000002.lz4/pages-1.img")))
        .isLessThan(Files.size(images.resolve("set-000001/pages-1.img")) / 2);
    String lazily = restored("--lazy");
    assertThat(lazily)
        .contains("every page is read first: the pages of ", "set-000003.lz4 are compressed\n");
    String result = lazily.substring(lazily.indexOf("result: "));
    assertThat(plain.out()).contains(result.substring("result: ".length()).strip());
    assertThat(images("check").status()).isZero();
    assertThat(restored("--technique", "all-dirty", "--dump-at", "80")).isNotEmpty();
    assertThat(images.resolve("latest").toRealPath()).hasFileName("set-000004.lz4");
    assertThat(restored()).endsWith(result);
    Executed wrong =
        Executed.of(
            new CheckpointRun(tracking, new ImageDirectories(List.of())),
            "--substrate",
            "toy",
            "--page-server",
            "localhost:1",
            "--compress");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--compress with --page-server, wanted one of them");
  }

  private Executed images(String action) {
    return Executed.images(action, images.toString());
  }

  private String restored(String... options) {
    Executed restored =
        Executed.of(
            new RestoreRun(tracking, new ImageDirectories(List.of())),
            Stream.concat(Stream.of(images.toString()), Stream.of(options)).toArray(String[]::new));
    assertThat(restored.err()).isEmpty();
    return restored.out();
  }
}
