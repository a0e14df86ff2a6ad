package dev.ooh.image.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.NextSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets that are compared with memory, to find what need not be written again. */
class PageComparisonTest {
  private static final int PID = 4711;
  private static final int PAGE = 4096;
  private static final PageSet ALL = PageSet.of(0, 8 * PAGE);
  private static final PageSet UPPER = PageSet.of(4 * PAGE, 6 * PAGE);

  @TempDir private Path directory;
  private final byte[] memory = new byte[8 * PAGE];
  private WrittenSet newest;

  /** Two pages are in this very set, the others in the one below. */
  @BeforeEach
  void chain() throws Exception {
    for (int page = 0; page < 8; page++) {
      memory[page * PAGE] = (byte) (page + 1);
    }
    try (ImageStore store = ImageStore.open(directory)) {
      WrittenSet below = write(store, Optional.empty(), PageSet.empty());
      memory[5 * PAGE + 9] = 1;
      newest = write(store, Optional.of(below), ALL.minus(UPPER));
    }
  }

  private void read(long address, byte[] target, int offset, int length) {
    System.arraycopy(memory, (int) address, target, offset, length);
  }

  private WrittenSet write(ImageStore store, Optional<WrittenSet> parent, PageSet inParent)
      throws IOException {
    try (ImageSetWriter writer = new ImageSetWriter(store, PID, parent)) {
      writer.pages(ALL, inParent, this::read, written -> {});
      return writer.finish(
          new SetDescription(
              true, "small", "", "toy", "none", 0, List.of(new Region("r", 0, 8 * PAGE))),
          new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  @Test
  void pagesAreTheSameWhereEachByteIs() throws Exception {
    assertThat(PageComparison.same(newest, ALL, this::read)).isEqualTo(ALL);
    memory[3 * PAGE - 1] = 1;
    memory[5 * PAGE + 9] = 0; // as in the set below, where it does not count
    assertThat(PageComparison.same(newest, ALL, this::read))
        .isEqualTo(ALL.minus(PageSet.of(2 * PAGE, 3 * PAGE)).minus(PageSet.of(5 * PAGE, 6 * PAGE)));
    assertThat(PageComparison.same(newest, UPPER, this::read))
        .isEqualTo(PageSet.of(4 * PAGE, 5 * PAGE));
  }

  /** Memory would have to be written as it is, to be there. */
  @Test
  void whatIsNotAsItWasWrittenIsTheSameAsNothing() throws Exception {
    Path pages = directory.resolve("set-000001").resolve(SetFiles.pages(SetFiles.PAGES_ID));
    byte[] bytes = Files.readAllBytes(pages);
    bytes[7 * PAGE] ^= 1;
    Files.write(pages, bytes);
    memory[7 * PAGE] ^= 1;
    assertThat(PageComparison.same(newest, UPPER, this::read)).isEqualTo(UPPER);
    assertThatThrownBy(() -> PageComparison.same(newest, ALL, this::read))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(pages + " at offset " + 7 * PAGE);
  }

  @Test
  void whatItHasAsMemoryDoesIsNotOwed() {
    NextSet next = new NextSet(0);
    next.written(newest);
    next.changed(ALL);
    assertThat(next.inParent(ALL)).isEqualTo(PageSet.empty());
    next.unchanged(UPPER);
    assertThat(next.inParent(ALL)).isEqualTo(UPPER);
    next.changed(PageSet.of(5 * PAGE, 6 * PAGE));
    assertThat(next.inParent(ALL)).isEqualTo(PageSet.of(4 * PAGE, 5 * PAGE));
  }
}
