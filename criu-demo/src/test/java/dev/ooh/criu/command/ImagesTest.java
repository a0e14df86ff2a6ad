package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.CommandSupport;
import dev.ooh.criu.CheckpointScene;
import dev.ooh.criu.Checkpointer.Then;
import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.image.DiskFiles;
import dev.ooh.image.FlatImage;
import dev.ooh.image.ImageSet;
import dev.ooh.image.ImageStore;
import dev.ooh.image.LazySet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh images} on a chain: dump, pre-dump, dump, dump. */
class ImagesTest {
  @TempDir private Path directory;
  private CheckpointScene scene;

  @BeforeEach
  void makeSets() throws Exception {
    scene = new CheckpointScene(directory, new DiskFiles(), 12);
    while (scene.heap.used().pageCount() < 100) {
      scene.mutate();
    }
    scene.checkpointer.dump(Then.GO_ON);
    scene.mutate();
    scene.checkpointer.preDump();
    scene.mutate();
    scene.checkpointer.dump(Then.GO_ON);
    scene.space.memory().putByte(scene.region.start() + 4096, (byte) 91);
    scene.space.memory().putByte(scene.region.start() + 5 * 4096, (byte) 92);
    scene.checkpointer.dump(Then.GO_ON);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private record Result(int status, String out, String err) {}

  private Result images(String action, String... more) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] arguments =
        Stream.concat(Stream.of(action, directory.toString()), Arrays.stream(more))
            .toArray(String[]::new);
    int status =
        CommandSupport.execute(
            new ImagesRun(new ImageDirectories(List.of())),
            arguments,
            new PrintWriter(out, true),
            new PrintWriter(err, true));
    return new Result(status, out.toString(), err.toString());
  }

  private Path set(int number) {
    return directory.resolve("set-%06d".formatted(number));
  }

  @Test
  void listSaysWhatBuildsOnWhat() {
    Result list = images("list");
    assertThat(list.err).isEmpty();
    assertThat(list.out.lines().skip(1))
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).contains("set-000002", "pre-dump", "set-000001"))
        .anySatisfy(line -> assertThat(line).contains("set-000004", "set-000003", "latest"));
    assertThat(images("list", "--json").out)
        .contains("\"kind\" : \"pre-dump\"", "\"chain\" : 4", "\"latest\" : true");
  }

  @Test
  void diffFindsThePagesThatChanged() {
    long start = scene.region.start();
    assertThat(images("diff").out)
        .isEqualToNormalizingNewlines(
            "%s and %s: 2 pages differ, in 2 runs\n0x%x-0x%x\n0x%x-0x%x\n"
                .formatted(
                    set(3),
                    set(4),
                    start + 4096,
                    start + 2 * 4096,
                    start + 5 * 4096,
                    start + 6 * 4096));
    assertThat(images("diff", "--from", "set-000004", "--to", "set-000003", "--json").out)
        .contains("\"start\" : \"0x%x\"".formatted(start + 4096));
    assertThat(images("diff", "--to", "set-000009").err)
        .contains("set-000009: found nothing, wanted an image set");
  }

  @Test
  void whatIsNeededIsNotPruned() throws Exception {
    scene.close();
    assertThat(images("prune").out).contains("every set is needed: nothing is removed");
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void mergedChainIsOneSetAndTheRestCanBePruned() throws Exception {
    scene.close();
    Result merged = images("merge");
    assertThat(merged.err).isEmpty();
    assertThat(merged.out).contains(set(5) + ": 4 sets in one");
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(1);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    assertThat(images("merge").out).contains("builds on no other set");

    assertThat(images("prune", "--keep", "2").out).contains("every set is needed");
    Result pruned = images("prune");
    assertThat(pruned.out.lines()).hasSize(4).allMatch(line -> line.endsWith(" is removed"));
    assertThat(directory).isDirectoryNotContaining("glob:**/set-00000[1-4]");
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    assertThat(images("check").status).isZero();
  }

  @Test
  void nothingIsPrunedWhileAProgramMayBuildOnIt() throws Exception {
    scene.mutate();
    scene.checkpointer.preDump();
    for (String action : List.of("prune", "merge")) {
      Result refused = images(action);
      assertThat(refused.status).isEqualTo(CommandSupport.FAILED);
      assertThat(refused.err).contains("writes to it").hasLineCount(1);
    }
    assertThat(set(5)).isDirectory();
    scene.mutate();
    scene.checkpointer.dump(Then.GO_ON);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  /** Leaves sets 5 and 6, pre-dumps of a program that is killed before its dump. */
  private void killedAfterTwoPreDumps() throws Exception {
    scene.close();
    FaultyFiles files = new FaultyFiles();
    CheckpointScene killed = new CheckpointScene(directory, files, 13);
    killed.mutate();
    killed.checkpointer.preDump();
    killed.mutate();
    killed.checkpointer.preDump();
    files.kill();
    assertThat(set(5)).isDirectory();
    assertThat(set(6)).isDirectory();
  }

  @Test
  void preDumpThatNoDumpFollowedIsPruned() throws Exception {
    killedAfterTwoPreDumps();
    assertThat(images("prune").out)
        .isEqualToNormalizingNewlines("%s is removed\n%s is removed\n".formatted(set(6), set(5)));
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void preDumpThatNoDumpFollowedIsTidiedAway() throws Exception {
    killedAfterTwoPreDumps();
    try (ImageStore store = ImageStore.open(directory, new DiskFiles())) {
      assertThat(store.tidy()).containsExactly(set(6), set(5));
    }
    assertThat(images("list").out.lines().skip(1)).hasSize(4);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void pruneLeavesWhatItCannotRead() throws Exception {
    scene.close();
    Files.writeString(set(1).resolve("ooh-digests.img"), "damage");
    assertThat(images("prune").out).contains(set(1) + " is kept: it can't be read");
    for (int number = 1; number <= 4; number++) {
      assertThat(set(number)).isDirectory();
    }
  }

  @Test
  void aFlatImageGoesWithTheChainThatItIsOf() throws Exception {
    scene.close();
    FlatImage.make(new DiskFiles(), directory, ImageSet.open(directory), () -> true).close();
    assertThat(images("prune").out).contains("every set is needed");
    assertThat(LazySet.openLocked(directory, new DiskFiles()).isFlat()).isTrue();
    Result _ = images("merge");
    assertThat(directory.resolve(".flat")).doesNotExist();
  }

  @Test
  void damageIsNotMerged() throws Exception {
    scene.close();
    Path pages = set(1).resolve("pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[2 * 4096 + 9] ^= 1;
    Files.write(pages, bytes);
    Result merged = images("merge");
    assertThat(merged.status).isEqualTo(CommandSupport.FAILED);
    assertThat(merged.err.lines()).hasSize(1);
    assertThat(merged.err).contains("pages-1.img at offset 8192");
    assertThat(set(5)).doesNotExist();
    assertThat(directory).isDirectoryNotContaining("glob:**/.draft-*");
  }

  @Test
  void wrongUsageIsOneLine() {
    assertThat(images("prune", "--keep", "0").err).contains("--keep is 0, wanted 1 or more");
    assertThat(images("lits").status).isEqualTo(CommandSupport.WRONG_USAGE);
    assertThat(images("lits").err)
        .contains("action is 'lits', wanted list, check, merge, prune or diff");
  }
}
