package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.PageReader;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FastDecompressor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesWriterTest {
  private static final PageSet PAGES = PageSet.of(0, 4 << 20);

  /** A file system's, of which its users know nothing. */
  private static final FileLayer.Output BROKEN =
      new FileLayer.Output() {
        @Override
        public void write(ByteBuffer bytes) {
          throw new IllegalStateException("the store is closed");
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
      };

  /** What a form is to be written to. */
  private static final class Written implements FileLayer.Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final boolean direct;

    private Written(boolean direct) {
      this.direct = direct;
    }

    @Override
    public void write(ByteBuffer part) {
      assertThat(part.isDirect()).isEqualTo(direct);
      byte[] copy = new byte[part.remaining()];
      part.get(copy);
      bytes.writeBytes(copy);
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
  }

  /** Runs of odd lengths, of which some are cut into several blocks: buffers take turns often. */
  private static PageSet manyRuns() {
    PageSet.Builder builder = PageSet.builder();
    long address = 1 << 20;
    for (int run = 1; run < 130; run += 4) {
      builder.add(address, address + run * 4096L);
      address += (run + 1) * 4096L;
    }
    return builder.build();
  }

  private static final PageReader HEAP =
      (from, target, offset, length) ->
          Numbers.fill(MemorySegment.ofArray(target), from, offset, length);

  /** Writes {@code pages}; returns their bytes, with which digests and progress agreed. */
  private static byte[] write(PageSet pages, PagesForm form, boolean direct) throws Exception {
    PageDigests digests = new PageDigests(pages);
    long[] told = {0};
    new PagesWriter(form, direct ? new Numbers(HEAP) : HEAP, digests, more -> told[0] += more)
        .write(pages);
    assertThat(told[0]).isEqualTo(pages.pageCount());
    byte[] wanted = new byte[(int) pages.bytes()];
    int[] at = {0};
    pages.forEachPage(
        page -> {
          Numbers.fill(MemorySegment.ofArray(wanted), page, at[0], 4096);
          assertThat(digests.get(page)).isEqualTo(Digest.of(wanted, at[0], 4096));
          at[0] += 4096;
        });
    return wanted;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pagesAreOneBehindTheOther(boolean direct) throws Exception {
    Written file = new Written(direct);
    PagesForm form = new PlainPages(file);
    byte[] wanted = write(manyRuns(), form, direct);
    assertThat(file.bytes.toByteArray()).isEqualTo(wanted);
    assertThat(form.written()).isEqualTo(wanted.length);
  }

  /** Whatever source there is, they are gathered on the heap. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void blocksOfEachRunAreOneBehindTheOther(boolean direct) throws Exception {
    PageSet pages = manyRuns();
    Written file = new Written(false);
    CompressedPages form = new CompressedPages(file);
    byte[] wanted = write(pages, form, direct);
    byte[] bytes = file.bytes.toByteArray();
    assertThat(form.written()).isEqualTo(bytes.length).isLessThan(wanted.length);

    LZ4FastDecompressor decompressor = LZ4Factory.safeInstance().fastDecompressor();
    byte[] read = new byte[wanted.length];
    int block = 0;
    int from = 0;
    int to = 0;
    for (int run = 0; run < pages.runCount(); run++) {
      long left = (pages.runEnd(run) - pages.runStart(run)) / 4096;
      for (; left > 0; left -= BlockSizes.PAGES) {
        int length = BlockSizes.bytes(left, BlockSizes.PAGES);
        int size = form.sizes().size(block);
        assertThat(form.sizes().digest(block)).isEqualTo(Digest.of(bytes, from, size));
        assertThat(decompressor.decompress(bytes, from, read, to, length)).isEqualTo(size);
        block++;
        from += size;
        to += length;
      }
    }
    assertThat(from).isEqualTo(bytes.length);
    assertThat(read).isEqualTo(wanted);
  }

  /** Each word of memory is its address. */
  private record Numbers(PageReader heap) implements DirectPageReader {
    static void fill(MemorySegment target, long address, long offset, int length) {
      for (int at = 0; at < length; at += Long.BYTES) {
        target.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + at, address + at);
      }
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
      heap.read(address, target, offset, length);
    }

    @Override
    public void read(long address, MemorySegment target, long offset, int length) {
      fill(target, address, offset, length);
    }
  }

  static List<PagesForm> broken() {
    return List.of(new PlainPages(BROKEN), new CompressedPages(BROKEN));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatTheWritingThreadThrewIsNotWrapped(PagesForm form) {
    PagesWriter writer = new PagesWriter(form, HEAP, new PageDigests(PAGES), pages -> {});
    assertThatThrownBy(() -> writer.write(PAGES))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("the store is closed");
  }
}
