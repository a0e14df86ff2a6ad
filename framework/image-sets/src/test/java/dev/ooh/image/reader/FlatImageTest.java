package dev.ooh.image.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.SetMerge;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlatImageTest {
  private static final int PID = 4711;
  private static final PageSet ALL = PageSet.of(0x10000, 0x14000);
  private static final PageSet CHANGED = PageSet.of(0x11000, 0x12000);

  @TempDir private Path directory;
  private final FileLayer files = new DiskFiles();

  /** One set, and another on it. */
  @BeforeEach
  void chain() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet first = write(store, Optional.empty(), PageSet.empty());
      WrittenSet _ = write(store, Optional.of(first), ALL.minus(CHANGED));
    }
  }

  private static WrittenSet write(ImageStore store, Optional<WrittenSet> parent, PageSet inParent)
      throws IOException {
    try (ImageSetWriter writer = new ImageSetWriter(store, PID, parent)) {
      writer.pages(
          ALL,
          inParent,
          (address, target, offset, length) -> target[offset] = (byte) (address >> 12),
          written -> {});
      return writer.finish(
          new SetDescription(
              true, "small", "", "toy", "none", 0, List.of(new Region("r", 0x10000, 0x4000))),
          new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  private void make() throws IOException {
    FlatImage.make(files, directory, ImageSet.open(directory), () -> true).close();
  }

  private Path pages() throws IOException {
    return FlatState.pages(
        FlatFile.folder(directory),
        FlatState.read(FlatFile.folder(directory)).orElseThrow().number());
  }

  private boolean isFlat() throws IOException {
    return LazySet.openLocked(directory, files).isFlat();
  }

  /** As a disk does that has lost a sector, a directory opens and can't be read. */
  @Test
  void oneThatCannotBeReadIsThereForNobodyAnyMore() throws Exception {
    make();
    LazySet set = LazySet.openLocked(directory, files);
    assertThat(set.isFlat()).isTrue();
    Path pages = pages();
    Files.delete(pages);
    Files.createDirectory(pages);
    assertThatThrownBy(() -> set.verify(() -> true))
        .isInstanceOf(IOException.class)
        .hasMessage(pages + " at offset 0: read failed: Is a directory");
    assertThat(FlatState.file(FlatFile.folder(directory))).doesNotExist();
    assertThat(isFlat()).isFalse();
    assertThat(LazySet.openLocked(directory, files).verify(() -> true).pages()).isEqualTo(ALL);
  }

  /** Of both, for the next start would take the flat image again otherwise, and fail. */
  @Test
  void itIsCheckedBeforeTheSets() throws Exception {
    make();
    LazySet set = LazySet.openLocked(directory, files);
    Path pages = pages();
    damage(pages);
    damage(directory.resolve("set-000002").resolve(SetFiles.pages(SetFiles.PAGES_ID)));
    assertThatThrownBy(() -> set.verify(() -> true)).hasMessageStartingWith(pages.toString());
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[5] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void oneThatIsGivenUpLeavesNothingAndTheOneBefore() throws Exception {
    make();
    Path before = pages();
    assertThatThrownBy(
            () -> FlatImage.make(files, directory, ImageSet.open(directory), () -> false))
        .isInstanceOf(CancellationException.class);
    assertThat(pages()).isEqualTo(before);
    assertThat(FileLayer.entries(FlatFile.folder(directory))).hasSize(2);
    assertThat(isFlat()).isTrue();
    FlatImage.remove(files, directory);
    assertThatThrownBy(
            () -> FlatImage.make(files, directory, ImageSet.open(directory), () -> false))
        .isInstanceOf(CancellationException.class);
    assertThat(FlatFile.folder(directory)).doesNotExist();
  }

  @Test
  void whatIsOfNoSetOfTheChainGoes() throws Exception {
    make();
    FlatImage.removeUnlessOf(files, directory, ImageSet.open(directory));
    assertThat(isFlat()).isTrue();
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet _ = SetMerge.merge(store, ImageSet.open(directory));
    }
    FlatImage.removeUnlessOf(files, directory, ImageSet.open(directory));
    assertThat(FlatFile.folder(directory)).doesNotExist();
  }
}
