package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

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

  @Test
  void whatTheWritingThreadThrewIsNotWrapped() {
    PagesWriter writer =
        new PagesWriter(
            BROKEN, (address, target, offset, length) -> {}, new PageDigests(PAGES), pages -> {});
    assertThatThrownBy(() -> writer.write(PAGES))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("the store is closed");
  }
}
