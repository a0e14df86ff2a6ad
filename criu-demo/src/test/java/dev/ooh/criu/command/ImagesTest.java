package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.CommandSupport;
import dev.ooh.criu.CheckpointScene;
import dev.ooh.criu.Checkpointer.Then;
import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.reader.FlatImage;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  private Executed images(String action, String... more) {
    return Executed.images(
        Stream.concat(Stream.of(action, directory.toString()), Arrays.stream(more))
            .toArray(String[]::new));
  }

  private Path set(int number) {
    return directory.resolve("set-%06d".formatted(number));
  }

  @Test
  void listSaysWhatBuildsOnWhat() {
    Executed list = images("list");
    assertThat(list.err()).isEmpty();
    assertThat(list.out().lines().skip(1))
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).contains("set-000002", "pre-dump", "set-000001"))
        .anySatisfy(line -> assertThat(line).contains("set-000004", "set-000003", "latest"));
    assertThat(images("list", "--json").out())
        .contains("\"kind\" : \"pre-dump\"", "\"chain\" : 4", "\"latest\" : true");
  }

  @Test
  void diffFindsThePagesThatChanged() {
    long start = scene.region.start();
    assertThat(images("diff").out())
        .isEqualToNormalizingNewlines(
            "%s and %s: 2 pages differ, in 2 runs\n0x%x-0x%x\n0x%x-0x%x\n"
                .formatted(
                    set(3),
                    set(4),
                    start + 4096,
                    start + 2 * 4096,
                    start + 5 * 4096,
                    start + 6 * 4096));
    assertThat(images("diff", "--from", "set-000004", "--to", "set-000003", "--json").out())
        .contains("\"start\" : \"0x%x\"".formatted(start + 4096))
        .contains("\"from\" : \"%s\"".formatted(set(4)), "\"to\" : \"%s\"".formatted(set(3)));
    assertThat(images("diff", "--to", "set-000009").err())
        .contains("set-000009: found nothing, wanted an image set");
  }

  /** As a program does that keeps its chain short. */
  @Test
  void whatIsFoldedDuringACheckIsNotDamaged() throws Exception {
    scene.close();
    SetFolder folder = new SetFolder(directory);
    List<Path> sets = new ArrayList<>(folder.sets());
    ImagesCheck check = new ImagesCheck(folder);
    assertThat(check.isOutdated()).isFalse();
    assertThat(images("merge").err()).isEmpty();
    assertThat(images("prune").err()).isEmpty();
    sets.forEach(check::set);
    assertThat(check.objects()).isEmpty();
    assertThat(check.lines()).isEmpty();
    assertThat(check.isOutdated()).isTrue();
    assertThat(check.newest(sets)).isEmpty();
    assertThat(sets).hasSize(5).endsWith(set(5));
  }

  @Test
  void whatIsNeededIsNotPruned() throws Exception {
    scene.close();
    assertThat(images("prune").out()).contains("every set is needed: nothing is removed");
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void mergedChainIsOneSetAndTheRestCanBePruned() throws Exception {
    scene.close();
    Executed merged = images("merge");
    assertThat(merged.err()).isEmpty();
    assertThat(merged.out()).contains(set(5) + ": 4 sets in one");
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(1);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    assertThat(images("merge").out()).contains("builds on no other set");

    assertThat(images("prune", "--keep", "2").out()).contains("every set is needed");
    Executed pruned = images("prune");
    assertThat(pruned.out().lines()).hasSize(4).allMatch(line -> line.endsWith(" is removed"));
    assertThat(directory).isDirectoryNotContaining("glob:**/set-00000[1-4]");
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    assertThat(images("check").status()).isZero();
  }

  @Test
  void aChainWhoseNewestSetIsCompressedIsMergedIntoOneOfThatKind() throws Exception {
    scene.close();
    Path compressed = Files.createDirectory(directory.resolve("compressed"));
    try (CheckpointScene other =
        new CheckpointScene(compressed, 7, store -> store.preferably(true))) {
      other.mutate();
      other.checkpointer.preDump();
      other.mutate();
      other.checkpointer.dump(Then.GO_ON);
      other.close();
      assertThat(Executed.images("merge", compressed.toString()).out())
          .contains("set-000003.lz4: 2 sets in one");
      assertThat(CheckpointScene.restored(compressed)).isEqualTo(other.contents());
    }
  }

  @Test
  void nothingIsPrunedWhileAProgramMayBuildOnIt() throws Exception {
    scene.mutate();
    scene.checkpointer.preDump();
    for (String action : List.of("prune", "merge")) {
      Executed refused = images(action);
      assertThat(refused.status()).isEqualTo(CommandSupport.FAILED);
      assertThat(refused.err()).contains("writes to it").hasLineCount(1);
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
    assertThat(images("prune").out())
        .isEqualToNormalizingNewlines("%s is removed\n%s is removed\n".formatted(set(6), set(5)));
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void preDumpThatNoDumpFollowedIsTidiedAway() throws Exception {
    killedAfterTwoPreDumps();
    try (ImageStore store = ImageStore.open(directory, new DiskFiles())) {
      assertThat(store.tidy()).containsExactly(set(6), set(5));
    }
    assertThat(images("list").out().lines().skip(1)).hasSize(4);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
  }

  @Test
  void pruneLeavesWhatItCannotRead() throws Exception {
    scene.close();
    Files.writeString(set(1).resolve("ooh-digests.img"), "damage");
    assertThat(images("prune").out()).contains(set(1) + " is kept: it can't be read");
    for (int number = 1; number <= 4; number++) {
      assertThat(set(number)).isDirectory();
    }
  }

  @Test
  void aFlatImageGoesWithTheChainThatItIsOf() throws Exception {
    scene.close();
    FlatImage.make(new DiskFiles(), directory, ImageSet.open(directory), () -> true).close();
    assertThat(images("prune").out()).contains("every set is needed");
    assertThat(LazySet.openLocked(directory, new DiskFiles()).isFlat()).isTrue();
    Executed _ = images("merge");
    assertThat(directory.resolve(".flat")).doesNotExist();
  }

  @Test
  void damageIsNotMerged() throws Exception {
    scene.close();
    Path pages = set(1).resolve("pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[2 * 4096 + 9] ^= 1;
    Files.write(pages, bytes);
    Executed merged = images("merge");
    assertThat(merged.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(merged.err().lines()).hasSize(1);
    assertThat(merged.err()).contains("pages-1.img at offset 8192");
    assertThat(set(5)).doesNotExist();
    assertThat(directory).isDirectoryNotContaining("glob:**/.draft-*");
  }

  private void flip(Path file, int offset) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void eachDamagedPageIsToldOnceAndTheSetsThatBuildOnIt() throws Exception {
    Path pages = set(1).resolve("pages-1.img");
    flip(pages, 2 * 4096 + 9);
    flip(pages, 20 * 4096);
    Executed check = images("check");
    assertThat(check.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(check.err()).hasLineCount(1).contains("ooh restore", "would refuse", "offset 8192");
    assertThat(check.out().lines())
        .anySatisfy(line -> assertThat(line).startsWith("damaged: " + pages + " at offset 8192:"))
        .anySatisfy(line -> assertThat(line).startsWith("damaged: " + pages + " at offset 81920:"))
        .contains("damaged: %s builds on a set that is".formatted(set(4)))
        .hasSize(5);
    assertThat(images("check", "--json").out())
        .contains("\"errors\" : [ \"" + pages + " at offset 8192:")
        .contains("\"state\" : \"damaged\"");
  }

  @Test
  void aPageThatANewerSetHasAsWellIsVerifiedToo() throws Exception {
    // Set 4 has the second and the sixth page of the region.
    Path pages = set(1).resolve("pages-1.img");
    flip(pages, 4096 + 3);
    Executed check = images("check");
    assertThat(check.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(check.out()).contains("damaged: " + pages + " at offset 4096:");
    assertThatThrownBy(() -> CheckpointScene.restored(directory))
        .hasMessageStartingWith(pages + " at offset 4096:");
    assertThatThrownBy(() -> LazySet.open(directory).verify(() -> true))
        .hasMessageStartingWith(pages + " at offset 4096:");
  }

  @Test
  void whatRestoreRefusesCheckRefuses() throws Exception {
    Path latest = directory.resolve("latest");
    for (String target : Arrays.asList(null, "set-000009", "set-000002", "latest", "/nowhere")) {
      Files.deleteIfExists(latest);
      if (target != null) {
        Files.createSymbolicLink(latest, Path.of(target));
      }
      assertThatThrownBy(() -> CheckpointScene.restored(directory)).isNotNull();
      Executed check = images("check");
      assertThat(check.status()).as("%s: %s", target, check).isEqualTo(CommandSupport.FAILED);
      assertThat(check.err())
          .hasLineCount(1)
          .contains("ooh restore " + directory + " would refuse:");
      assertThat(check.out().lines().filter(line -> line.endsWith(": whole"))).hasSize(4);
    }
  }

  @Test
  void whatRestoreHasNoUseForIsToldAndNoFailure() throws Exception {
    scene.close();
    Executed _ = images("merge"); // set 5, which builds on none
    flip(set(3).resolve("pages-1.img"), 0);
    Files.delete(set(2).resolve("ooh.img"));
    Files.writeString(directory.resolve("set-notes.txt"), "mine");
    Path foreign = Files.createDirectory(directory.resolve("set-000000"));
    Files.write(foreign.resolve("inventory.img"), new byte[] {22, 49, 49, 88});
    Executed check = images("check");
    assertThat(check.err()).isEmpty();
    assertThat(check.status()).isZero();
    assertThat(check.out().lines())
        .anySatisfy(
            line -> assertThat(line).startsWith("damaged: " + set(2) + "/ooh.img: found no"))
        .contains(
            "foreign: %s is no image set, and nobody's concern here"
                .formatted(directory.resolve("set-notes.txt")),
            "foreign: %s: found images of a program that criu dumped, wanted an image set that ooh"
                    .formatted(foreign)
                + " wrote: this one is foreign");
    assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    assertThat(images("check", "--json").out()).contains("\"state\" : \"foreign\"");
    assertThat(images("list").out().lines())
        .anySatisfy(line -> assertThat(line).startsWith("set-000000 ").contains("foreign"))
        .anySatisfy(line -> assertThat(line).startsWith("set-notes.txt ").contains("foreign"))
        .anySatisfy(line -> assertThat(line).startsWith("set-000002 ").contains("damaged"));
    assertThatThrownBy(() -> ImageSet.open(foreign)).hasMessageEndingWith("this one is foreign");
    Executed pruned = images("prune", "--json");
    assertThat(pruned.status()).isZero();
    assertThat(pruned.out()).contains("\"kept\" : \"" + set(2) + " is kept");
    assertThat(directory.resolve("set-notes.txt")).exists();
    assertThat(foreign).exists();
  }

  @Test
  void aSetItselfIsCheckedAsItIsRestored() {
    assertThat(Executed.images("check", set(3).toString()).status()).isZero();
    Executed preDump = Executed.images("check", set(2).toString());
    assertThat(preDump.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(preDump.err()).contains(set(2) + " is a pre-dump of a running program");
  }

  @Test
  void leftoversAloneArePruned() throws Exception {
    Path left = Files.createDirectories(directory.resolve("left/.draft-77/set"));
    Executed pruned = Executed.images("prune", directory.resolve("left").toString());
    assertThat(pruned.err()).isEmpty();
    assertThat(pruned.out())
        .isEqualToNormalizingNewlines(
            left.getParent() + " was left by a program that died: removed\n");
    assertThat(left.getParent()).doesNotExist();
    assertThat(Executed.images("prune", directory.resolve("left").toString()).err())
        .contains("no set-…");
    assertThat(Executed.images("prune", directory.resolve("none").toString()).err())
        .contains("nothing");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void wrongUsageIsOneLine() {
    assertThat(images("prune", "--keep", "0").err()).contains("--keep is 0, wanted 1 or more");
    assertThat(images("lits").status()).isEqualTo(CommandSupport.WRONG_USAGE);
    assertThat(images("lits").err())
        .contains("action is 'lits', wanted list, check, merge, prune or diff");
  }
}
