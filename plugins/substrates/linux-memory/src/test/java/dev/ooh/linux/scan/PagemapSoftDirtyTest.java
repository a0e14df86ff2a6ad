package dev.ooh.linux.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.facility.FacilityException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What entries and mappings tell, in a made {@code /proc}: few kernels have soft-dirty bits. */
class PagemapSoftDirtyTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long START = 16L * PAGE;

  // Bits of an entry, as Documentation/admin-guide/mm/pagemap.rst has them.
  private static final long SOFT_DIRTY = 1L << 55;
  private static final long EXCLUSIVE = 1L << 56;
  private static final long FILE = 1L << 61;
  private static final long SWAPPED = 1L << 62;
  private static final long PRESENT = 1L << 63;

  @TempDir Path process;
  private PagemapSoftDirty pagemap;

  @BeforeEach
  void aProcess() throws Exception {
    entries(
        0, // 0: nothing there
        SOFT_DIRTY, // 1: nothing there, in a mapping that is new
        PRESENT | EXCLUSIVE, // 2
        PRESENT | EXCLUSIVE | SOFT_DIRTY, // 3
        SWAPPED, // 4
        SWAPPED | SOFT_DIRTY, // 5
        PRESENT, // 6: the page of zeros, or one that a child has, too
        PRESENT | FILE, // 7: the file's own
        PRESENT | FILE | EXCLUSIVE); // 8: as well
    Files.createFile(process.resolve("clear_refs"));
    pagemap = new PagemapSoftDirty(process);
  }

  private void entries(long... entries) throws Exception {
    ByteBuffer file =
        ByteBuffer.allocate(Math.toIntExact(START / PAGE * 8 + entries.length * 8L))
            .order(ByteOrder.nativeOrder());
    file.position(Math.toIntExact(START / PAGE * 8));
    for (long entry : entries) {
      file.putLong(entry);
    }
    Files.write(process.resolve("pagemap"), file.array());
  }

  private static PageSet pages(int... pages) {
    PageSet.Builder set = PageSet.builder();
    for (int page : pages) {
      set.addPage(START + (long) page * PAGE);
    }
    return set.build();
  }

  private static final PageSet ALL = PageSet.of(START, START + 9L * PAGE);

  @Test
  void tellsWhatIsDirty() throws Exception {
    assertThat(pagemap.readSoftDirty(ALL)).isEqualTo(pages(1, 3, 5));
  }

  @Test
  void tellsWhatHasContentsThatCanBeTaken() throws Exception {
    assertThat(pagemap.readContents(ALL).own()).isEqualTo(pages(2, 3, 4, 5));
    assertThat(pagemap.readContents(ALL).vague()).isEqualTo(pages(6));
  }

  @Test
  void clearsByWritingFour() throws Exception {
    pagemap.clearSoftDirty();
    assertThat(process.resolve("clear_refs")).hasContent("4");
  }

  @Test
  void countsWhatAnotherOneClearsOfTheSameProcess() throws Exception {
    pagemap.clearSoftDirty();
    long before = pagemap.clears();
    assertThat(pagemap.clears()).isEqualTo(before);
    new PagemapSoftDirty(process).clearSoftDirty();
    assertThat(pagemap.clears()).isEqualTo(before + 1);
  }

  @Test
  void refusesMappingsWhosePagesComeBackWithoutTheBit() throws Exception {
    Files.writeString(
        process.resolve("smaps"),
        """
        00010000-00012000 rw-p 00000000 00:00 0 \s
        Size:                  8 kB
        VmFlags: rd wr mr mw me ac sd\s
        00012000-00014000 rw-s 00000000 00:01 17 /memfd:s (deleted)
        Size:                  8 kB
        VmFlags: rd wr sh mr mw me ms\s
        00014000-00016000 rw-p 00000000 00:0f 18 /anon_hugepage (deleted)
        VmFlags: rd wr mr mw me de ht\s
        00016000-00018000 rw-p 00000000 00:00 0 \s
        VmFlags: rd wr mr mw me ac sd mg\s
        00018000-00019000 rw-p 00000000 08:01 19 /some/file-of b
        VmFlags: rd wr mr mw me ac\s
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
        VmFlags: ex\s
        """);
    assertThat(pagemap.refused(ALL))
        .extracting(Unseen::pages)
        .containsExactlyInAnyOrder(pages(2, 3), pages(4, 5), pages(6, 7));
    assertThat(pagemap.refused(ALL))
        .extracting(Unseen::reason)
        .allSatisfy(reason -> assertThat(reason).contains("soft-dirty"))
        .anySatisfy(reason -> assertThat(reason).contains("shared"))
        .anySatisfy(reason -> assertThat(reason).contains("hugetlbfs"))
        .anySatisfy(reason -> assertThat(reason).contains("merge"));
    assertThat(pagemap.refused(pages(0, 1, 8))).isEmpty();
  }

  @Test
  void aProcessWhoseMappingsNobodyMayReadIsToldSo() {
    assertThatThrownBy(() -> pagemap.refused(ALL))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("smaps");
  }
}
