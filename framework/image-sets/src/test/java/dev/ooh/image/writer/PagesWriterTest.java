package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.PageReader;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

  /** Runs of odd lengths, more than one write gathers, from a source of either kind. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pagesAreOneBehindTheOther(boolean direct) throws Exception {
    PageSet.Builder builder = PageSet.builder();
    long address = 1 << 20;
    for (int run = 1; run < 40; run++) {
      builder.add(address, address + run * 4096L);
      address += (run + 1) * 4096L;
    }
    PageSet pages = builder.build();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    FileLayer.Output out =
        new FileLayer.Output() {
          @Override
          public void write(ByteBuffer bytes) {
            assertThat(bytes.isDirect()).isEqualTo(direct);
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            file.writeBytes(copy);
          }

          @Override
          public void force() {}

          @Override
          public void close() {}
        };
    PageDigests digests = new PageDigests(pages);
    PageReader heap =
        (from, target, offset, length) ->
            Numbers.fill(MemorySegment.ofArray(target), from, offset, length);
    PagesForm form = new PlainPages(out);
    PagesWriter writer =
        new PagesWriter(form, direct ? new Numbers(heap) : heap, digests, written -> {});
    writer.write(pages);
    byte[] wanted = new byte[(int) pages.bytes()];
    int[] at = {0};
    pages.forEachPage(
        page -> {
          Numbers.fill(MemorySegment.ofArray(wanted), page, at[0], 4096);
          assertThat(digests.get(page)).isEqualTo(Digest.of(wanted, at[0], 4096));
          at[0] += 4096;
        });
    assertThat(file.toByteArray()).isEqualTo(wanted);
    assertThat(form.written()).isEqualTo(wanted.length);
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

  @Test
  void whatTheWritingThreadThrewIsNotWrapped() {
    PagesWriter writer =
        new PagesWriter(
            new PlainPages(BROKEN),
            (address, target, offset, length) -> {},
            new PageDigests(PAGES),
            pages -> {});
    assertThatThrownBy(() -> writer.write(PAGES))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("the store is closed");
  }
}
