package dev.ooh.image.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.CompressedPagesException;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.SetMerge;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets whose pages are compressed, alone and in chains with others. */
class CompressedSetsTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long START = 0x10000;

  /** More blocks than are gathered at once, twice over, and a part of one. */
  private static final int PAGES = 9 * BlockSizes.PAGES + 5;

  @TempDir private Path directory;
  private final long seed = Long.getLong("ooh.first-seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final byte[] memory = new byte[PAGES * PAGE];

  /** Pages of each kind: zeros, text that repeats, and what can't be compressed. */
  private void change(PageSet pages) {
    pages.forEachPage(
        page -> {
          byte[] contents = new byte[PAGE];
          int kind = random.nextInt(3);
          for (int at = 0; kind > 0 && at < PAGE; at++) {
            contents[at] = (byte) (kind == 1 ? "to be or not ".charAt(at % 13) : random.nextInt());
          }
          System.arraycopy(contents, 0, memory, (int) (page - START), PAGE);
        });
  }

  private PageSet some() {
    PageSet.Builder pages = PageSet.builder();
    for (int i = 0; i < 4; i++) {
      long first = START + (long) random.nextInt(PAGES - 2 * BlockSizes.PAGES) * PAGE;
      pages.add(first, first + (long) random.nextInt(1, 2 * BlockSizes.PAGES) * PAGE);
    }
    return pages.build();
  }

  private WrittenSet write(SetPlace place, Optional<WrittenSet> parent, PageSet changed)
      throws IOException {
    PageSet all = PageSet.of(START, START + (long) PAGES * PAGE);
    PageSet inParent = parent.isEmpty() ? PageSet.empty() : all.minus(changed);
    try (ImageSetWriter writer = new ImageSetWriter(place, 4711, parent)) {
      writer.pages(
          all,
          inParent,
          (address, target, offset, length) ->
              System.arraycopy(memory, (int) (address - START), target, offset, length),
          written -> {});
      return writer.finish(
          new SetDescription(
              true,
              "compressed",
              "",
              "toy",
              "none",
              START,
              List.of(new Region("r", START, (long) PAGES * PAGE))),
          new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  private void isRestored() throws IOException {
    ImageSet set = ImageSet.open(directory);
    new ChainCheck().check(set);
    byte[] read = new byte[memory.length];
    set.readPages(
        (address, pages, length) ->
            System.arraycopy(pages, 0, read, (int) (address - START), length));
    assertThat(read).as("seed %d", seed).isEqualTo(memory);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment filled = arena.allocate(memory.length);
      set.fill(filled, START);
      assertThat(filled.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(memory);
    }
  }

  @Test
  void aChainOfBothKindsIsRestoredAndMerged() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      change(PageSet.of(START, START + (long) PAGES * PAGE));
      WrittenSet newest = write(store.compressed(), Optional.empty(), PageSet.empty());
      isRestored();
      for (int i = 0; i < 6; i++) {
        PageSet changed = some();
        change(changed);
        boolean compressed = random.nextBoolean();
        newest = write(compressed ? store.compressed() : store, Optional.of(newest), changed);
        assertThat(newest.path().toString().endsWith(".lz4")).isEqualTo(compressed);
        assertThat(ImageSet.open(directory).isCompressed()).isEqualTo(compressed);
        isRestored();
      }
      assertThat(new SetFolder(directory).sets()).hasSize(7);

      WrittenSet merged = SetMerge.merge(store.compressed(), ImageSet.open(directory));
      assertThat(merged.path()).hasFileName("set-000008.lz4");
      for (Path old : Pruning.of(new SetFolder(directory), 1).removable()) {
        store.remove(old);
      }
      assertThat(new SetFolder(directory).sets()).containsExactly(merged.path());
      isRestored();
    }
  }

  @Test
  void textTakesLessRoomAndNoiseNoMore() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      Arrays.fill(memory, (byte) 'x');
      Path text = write(store.compressed(), Optional.empty(), PageSet.empty()).path();
      assertThat(Files.size(text.resolve("pages-1.img"))).isLessThan(memory.length / 100);
      random.nextBytes(memory);
      Path noise = write(store.compressed(), Optional.empty(), PageSet.empty()).path();
      assertThat(Files.size(noise.resolve("pages-1.img"))).isEqualTo(memory.length);
      isRestored();
    }
  }

  @Test
  void aDamagedBlockIsToldByItsPlaceInTheFile() throws Exception {
    damageIsToldByItsPlaceInTheFile(60);
  }

  @Test
  @Tag("soak")
  void eachDamagedByteIsToldByItsPlaceInTheFile() throws Exception {
    damageIsToldByItsPlaceInTheFile(1);
  }

  /** One byte after the other is changed, each {@code apart} from the one before. */
  private void damageIsToldByItsPlaceInTheFile(int apart) throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      Arrays.fill(memory, (byte) 'x');
      Path file =
          write(store.compressed(), Optional.empty(), PageSet.empty())
              .path()
              .resolve("pages-1.img");
      byte[] bytes = Files.readAllBytes(file);
      for (int at = random.nextInt(apart); at < bytes.length; at += apart) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << at % 8);
        Files.write(file, damaged);
        assertThatThrownBy(() -> new ChainCheck().check(ImageSet.open(directory)))
            .as("seed %d, byte %d", seed, at)
            .isInstanceOf(ImageException.class)
            .hasMessageMatching(
                ".*/set-000001\\.lz4/pages-1\\.img at offset \\d+: found a block of .*");
      }
    }
  }

  @Test
  void eachDamagedBlockOfEachSetIsTold() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      random.nextBytes(memory);
      WrittenSet base = write(store.compressed(), Optional.empty(), PageSet.empty());
      PageSet changed = PageSet.of(START, START + 3L * BlockSizes.PAGES * PAGE);
      WrittenSet top = write(store.compressed(), Optional.of(base), changed);
      for (WrittenSet set : List.of(base, top)) {
        Path file = set.path().resolve("pages-1.img");
        byte[] bytes = Files.readAllBytes(file);
        for (int block : List.of(0, 2)) {
          bytes[block * BlockSizes.PAGES * PAGE + 9] ^= 1;
        }
        Files.write(file, bytes);
      }
      Map<String, Integer> told = new TreeMap<>();
      boolean whole =
          new ChainCheck()
              .check(
                  ImageSet.open(directory),
                  (set, how) -> told.merge(set.path().getFileName().toString(), 1, Integer::sum));
      assertThat(whole).isFalse();
      int pages = 2 * BlockSizes.PAGES;
      assertThat(told).isEqualTo(Map.of("set-000001.lz4", pages, "set-000002.lz4", pages));
    }
  }

  @Test
  void theyCantBeMappedNorCanWhatBuildsOnThem() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet base = write(store.compressed(), Optional.empty(), PageSet.empty());
      WrittenSet top = write(store, Optional.of(base), PageSet.of(START, START + PAGE));
      for (Path place : List.of(directory, base.path(), top.path())) {
        assertThatThrownBy(() -> LazySet.open(place))
            .isInstanceOf(CompressedPagesException.class)
            .hasMessage("the pages of %s are compressed", base.path());
      }
      WrittenSet plain = write(store, Optional.empty(), PageSet.empty());
      assertThat(LazySet.open(directory).path()).isEqualTo(plain.path());
    }
  }

  @Test
  void anArchiveOfThatNameIsForeign() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet set = write(store, Optional.empty(), PageSet.empty());
      Path archive = Files.writeString(directory.resolve("set-000007.lz4"), "no set");
      assertThat(new SetFolder(directory).sets()).containsExactly(set.path());
      assertThat(new SetFolder(directory).foreign()).containsExactly(archive);
    }
  }

  @Test
  void oneWithoutPagesOfItsOwnIsOfThatKindToo() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet base = write(store.compressed(), Optional.empty(), PageSet.empty());
      WrittenSet _ = write(store.compressed(), Optional.of(base), PageSet.empty());
      assertThat(ImageSet.open(directory).isCompressed()).isTrue();
      isRestored();
    }
  }
}
