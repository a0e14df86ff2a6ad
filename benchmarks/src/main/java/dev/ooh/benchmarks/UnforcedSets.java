package dev.ooh.benchmarks;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Image sets that nobody forces to the disk, as CRIU's are not: written by the product's own
 * writer, digests included, into the page cache. No checkpoint of the product is taken like this.
 */
final class UnforcedSets {
  private UnforcedSets() {}

  /** The file system, which promises nothing. */
  private static final class Files extends DiskFiles {
    @Override
    public Output create(Path file) throws IOException {
      FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new Output() {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
        }

        @Override
        public void force() {}

        @Override
        public void close() throws IOException {
          out.close();
        }
      };
    }

    @Override
    public void syncDirectory(Path directory) {}
  }

  private record Reader(MemorySegment memory) implements DirectPageReader {
    @Override
    public void read(long address, byte[] target, int offset, int length) {
      long from = address - memory.address();
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, target, offset, length);
    }

    @Override
    public void read(long address, MemorySegment target, long offset, int length) {
      MemorySegment.copy(memory, address - memory.address(), target, offset, length);
    }
  }

  /**
   * Writes all of {@code memory} as a set.
   *
   * @param memory of whole pages, at the start of one
   * @return nanoseconds from the opening of the store to the set's being there
   */
  static long write(Path directory, MemorySegment memory) throws IOException {
    Region region = new Region("memory", memory.address(), memory.byteSize());
    PageSet pages = PageSet.of(region.start(), region.end());
    long start = System.nanoTime();
    try (ImageStore store = ImageStore.open(directory, new Files());
        ImageSetWriter writer = new ImageSetWriter(store, 1, Optional.empty())) {
      writer.pages(pages, PageSet.empty(), new Reader(memory), more -> {});
      long count = pages.pageCount();
      var _ =
          writer.finish(
              new SetDescription(
                  true, "benchmark", "", "linux", "none", region.start(), List.of(region)),
              new DumpStatsEntry(0, 0, 0, 0, count, 0, count));
    }
    return System.nanoTime() - start;
  }
}
