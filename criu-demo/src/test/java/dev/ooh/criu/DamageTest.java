package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.image.ImageException;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done to images, a restore brings back what was dumped or says what is wrong. */
class DamageTest {
  private static final int ROUNDS = 600;

  @TempDir private Path directory;
  private byte[] dumped = new byte[0];
  private Path latest = Path.of("");

  @BeforeEach
  void dump() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new FaultyFiles(), 8)) {
      scene.mutate();
      scene.checkpointer.preDump();
      scene.mutate();
      latest = scene.checkpointer.dump(Checkpointer.Then.END).set();
      dumped = scene.contents();
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return new ArrayList<>(
          walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .filter(path -> !path.endsWith(".lock"))
              .sorted()
              .toList());
    }
  }

  @Test
  void anyDamageIsFoundOrDoesNoHarm() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    List<Path> files = files();
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] good = Files.readAllBytes(file);
      damage(file, good, random, files);
      boolean whole = isWhole();
      try {
        assertThat(CheckpointScene.restored(directory))
            .as("seed %d round %d: %s", seed, round, file)
            .isEqualTo(dumped);
        assertThat(whole).as("seed %d round %d: %s", seed, round, file).isTrue();
      } catch (IOException | CheckpointException e) {
        found++;
        assertThat(whole).as("seed %d round %d: %s", seed, round, file).isFalse();
        assertThat(e.getMessage())
            .as("seed %d round %d", seed, round)
            .doesNotContain("\n")
            .contains(directory.toString())
            .contains("found ")
            .contains("wanted ");
      } finally {
        Files.write(file, good);
      }
    }
    assertThat(found).as("seed %d", seed).isGreaterThan(ROUNDS / 2);
    assertThat(CheckpointScene.restored(directory)).isEqualTo(dumped);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSampleOfSingleBytes(boolean compressed) throws Exception {
    singleBytes(compressed, compressed ? 101 : 401);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("soak")
  void everySingleByte(boolean compressed) throws Exception {
    singleBytes(compressed, 1);
  }

  /** Each so many bytes of all files of a chain, superseded pages included. */
  private void singleBytes(boolean compressed, int stride) throws Exception {
    Path small = Files.createDirectory(directory.resolve("small"));
    try (CheckpointScene scene =
        new CheckpointScene(small, new FaultyFiles(), 8, store -> store.preferably(compressed))) {
      scene.space.memory().putByte(scene.region.start() + 6 * PageSet.PAGE_SIZE, (byte) 1); // stays
      for (int i = 0; i < 3; i++) {
        scene.heap.allocate(2, 500);
        scene.space.memory().putByte(scene.region.start() + 5000, (byte) i);
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      }
    }
    ImageSet whole = ImageSet.open(small);
    assertThat(whole.chainLength()).isEqualTo(3);
    int next = 0;
    for (Path file : files()) {
      if (!file.startsWith(small)) {
        continue;
      }
      byte[] bytes = Files.readAllBytes(file);
      for (; next < bytes.length; next += stride) {
        bytes[next] ^= (byte) (1 << next % 8);
        Files.write(file, bytes);
        assertThat(isWhole(small)).as("%s at %d", file, next).isFalse();
        assertThatThrownBy(() -> CheckpointScene.restored(small)).isInstanceOf(IOException.class);
        bytes[next] ^= (byte) (1 << next % 8);
      }
      next -= bytes.length;
      Files.write(file, bytes);
    }
    new ChainCheck().check(ImageSet.open(small));
  }

  /** What {@code images check} says. */
  private boolean isWhole() {
    return isWhole(directory);
  }

  private static boolean isWhole(Path directory) {
    try {
      new ChainCheck().check(ImageSet.open(directory));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void damage(Path file, byte[] good, SplittableRandom random, List<Path> files)
      throws IOException {
    byte[] bad = good.clone();
    switch (random.nextInt(6)) {
      case 0 -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      case 2 -> bad = Arrays.copyOf(bad, bad.length + random.nextInt(1, 5000));
      case 3 -> {
        int from = random.nextInt(bad.length);
        Arrays.fill(bad, from, random.nextInt(from, bad.length) + 1, (byte) random.nextInt());
      }
      case 4 -> bad = Files.readAllBytes(files.get(random.nextInt(files.size())));
      default -> {
        Files.delete(file);
        return;
      }
    }
    Files.write(file, bad);
  }

  @Test
  void parserFindsDamageThatTheManifestDoesNotKnow() throws Exception {
    // Rewrites the manifest's digests, as a faulty writer would: the parsers are on their own.
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    List<Path> files = files();
    for (int round = 0; round < ROUNDS; round++) {
      Path file = files.get(random.nextInt(files.size()));
      Path manifest = file.resolveSibling("ooh.img");
      byte[] good = Files.readAllBytes(file);
      byte[] goodManifest = Files.readAllBytes(manifest);
      damage(file, good, random, files);
      try {
        Forgery.adoptFiles(file.getParent());
        assertThat(CheckpointScene.restored(directory)).isNotEmpty();
      } catch (IOException | CheckpointException e) {
        assertThat(e.getMessage()).as("seed %d round %d", seed, round).doesNotContain("\n");
      } catch (RuntimeException e) {
        throw new AssertionError("seed %d round %d: %s".formatted(seed, round, file), e);
      } finally {
        Files.write(file, good);
        Files.write(manifest, goodManifest);
      }
    }
  }

  @Test
  void namesFileOffsetFoundAndWanted() throws Exception {
    Path pages = latest.resolve("pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[4096 + 17] ^= 1;
    Files.write(pages, bytes);
    assertThatThrownBy(() -> CheckpointScene.restored(directory))
        .isInstanceOf(ImageException.class)
        .hasMessageMatching(
            ".*/set-000002/pages-1.img at offset 4096: found page 0x[0-9a-f]+ with CRC32C"
                + " [0-9a-f]{8}, wanted CRC32C [0-9a-f]{8}");
    Files.write(pages, Arrays.copyOf(bytes, bytes.length - 100));
    assertThatThrownBy(() -> CheckpointScene.restored(directory))
        .hasMessageEndingWith(
            "pages-1.img at offset %d: found %d bytes, wanted %d bytes"
                .formatted(bytes.length - 100, bytes.length - 100, bytes.length));
  }

  @Test
  void foreignFilesAreRefused() throws Exception {
    Files.write(latest.resolve("ooh.img"), "#!/bin/sh\necho no image\n".getBytes());
    assertThatThrownBy(() -> CheckpointScene.restored(directory))
        .hasMessageEndingWith("ooh.img at offset 0: found magic 622f2123, wanted 4d484f4f");
    Files.delete(latest.resolve("ooh.img"));
    assertThatThrownBy(() -> CheckpointScene.restored(directory))
        .hasMessageContaining("ooh.img: found nothing, wanted the list of files");
  }

  @Test
  void aSetBesideAnotherParentIsBlamedItself() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (CheckpointScene scene = new CheckpointScene(elsewhere, new FaultyFiles(), 77)) {
      for (int i = 0; i < 3; i++) {
        scene.mutate();
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      }
    }
    Path link = elsewhere.resolve("set-000003").resolve("parent");
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("..", "set-000001"));
    assertThatThrownBy(() -> CheckpointScene.restored(elsewhere))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(link + ": found a link to a set of identity ")
        .hasMessageContaining("wanted one to the set that this one was built on, of identity ");
  }

  @Test
  void brokenLinksAreNamed() throws Exception {
    Path link = directory.resolve("latest");
    Files.delete(link);
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessageContaining("found no link 'latest'");
    Files.createSymbolicLink(link, Path.of("set-999999"));
    assertThatThrownBy(() -> ImageSet.open(directory)).hasMessageContaining("a link to nothing");
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("latest"));
    assertThatThrownBy(() -> ImageSet.open(directory)).hasMessageContaining("a link to nothing");
    assertThatThrownBy(() -> ImageSet.open(directory.resolve("nowhere")))
        .hasMessageContaining("nowhere: found nothing");
    Path parent = latest.resolve("parent");
    Files.delete(parent);
    assertThatThrownBy(() -> ImageSet.open(latest)).hasMessageContaining("parent: found no link");
    Files.createSymbolicLink(parent, Path.of("../" + latest.getFileName()));
    assertThatThrownBy(() -> ImageSet.open(latest))
        .hasMessageContaining("a set that is its own ancestor");
    Files.delete(parent);
    Files.createSymbolicLink(parent, Path.of("/nonexistent"));
    assertThatThrownBy(() -> ImageSet.open(latest)).hasMessageContaining("a link to nothing");
  }
}
