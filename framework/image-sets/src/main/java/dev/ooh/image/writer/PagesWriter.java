package dev.ooh.image.writer;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.PageReader;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.support.Failure;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code pages-N.img}: the present pages one after another, without a header. Pages of many
 * runs are gathered, so that the file sees writes of a mebibyte and not of a page; while one is
 * written, by a thread of its own, the next is gathered: outside the heap where the source can do
 * that, as the JDK would copy an array once more. For one thread.
 */
final class PagesWriter {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int GATHERED = 1 << 20;

  private final FileLayer.Output out;
  private final PageReader source;
  private final PageDigests digests;
  private final Progress progress;
  private final Digest digest = new Digest();
  private Gathered gathered = Gathered.NONE;
  private int used;

  /** What the other thread has, or had last. */
  private Gathered handed = Gathered.NONE;

  private int handedBytes;
  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
  private long written;

  /** Is told after each gathered write. */
  @FunctionalInterface
  interface Progress {
    void written(long pages);
  }

  /**
   * Pages that are written together.
   *
   * @param memory the same, if it is outside the heap
   */
  private record Gathered(ByteBuffer bytes, @Nullable MemorySegment memory) {
    private static final Gathered NONE = new Gathered(ByteBuffer.allocate(0), null);

    static Gathered in(@Nullable Arena arena) {
      if (arena == null) {
        return new Gathered(ByteBuffer.allocate(GATHERED), null);
      }
      MemorySegment memory = arena.allocate(GATHERED, PAGE);
      return new Gathered(memory.asByteBuffer(), memory);
    }
  }

  PagesWriter(FileLayer.Output out, PageReader source, PageDigests digests, Progress progress) {
    this.out = out;
    this.source = source;
    this.digests = digests;
    this.progress = progress;
  }

  /** Copies {@code pages} and notes their digests, as of the copy. */
  void write(PageSet pages) throws IOException {
    // So little is over before an arena pays.
    if (source instanceof DirectPageReader && pages.bytes() > GATHERED) {
      try (Arena arena = Arena.ofShared()) {
        write(pages, arena);
      }
    } else {
      write(pages, null);
    }
  }

  private void write(PageSet pages, @Nullable Arena arena) throws IOException {
    gathered = Gathered.in(arena);
    try (ExecutorService thread = Executors.newSingleThreadExecutor(PagesWriter::thread)) {
      try {
        for (int run = 0; run < pages.runCount(); run++) {
          gather(pages.runStart(run), pages.runEnd(run), thread, arena);
        }
        await();
        if (used > 0) {
          out.write(gathered.bytes().position(0).limit(used));
          tell(used);
          used = 0;
        }
      } finally {
        writing.handle((done, failure) -> true).join(); // nobody writes when this returns
      }
    }
  }

  private static Thread thread(Runnable action) {
    return Thread.ofPlatform().daemon().name("writer of pages").unstarted(action);
  }

  private void gather(long start, long end, ExecutorService thread, @Nullable Arena arena)
      throws IOException {
    for (long address = start; address < end; ) {
      int length = (int) Math.min(end - address, GATHERED - used);
      read(address, length);
      ByteBuffer bytes = gathered.bytes();
      for (int done = 0; done < length; done += PAGE) {
        int at = used + done;
        digests.set(address + done, digest.next(bytes.limit(at + PAGE).position(at)));
      }
      address += length;
      used += length;
      if (used == GATHERED) {
        hand(thread, arena);
      }
    }
  }

  private void read(long address, int length) {
    MemorySegment memory = gathered.memory();
    if (memory != null && source instanceof DirectPageReader direct) {
      direct.read(address, memory, used, length);
    } else {
      source.read(address, gathered.bytes().array(), used, length);
    }
  }

  /** Has what was gathered written, when what was handed before is. */
  private void hand(ExecutorService thread, @Nullable Arena arena) throws IOException {
    await();
    Gathered full = gathered;
    gathered = handed == Gathered.NONE ? Gathered.in(arena) : handed;
    handed = full;
    handedBytes = used;
    used = 0;
    writing = CompletableFuture.runAsync(() -> write(full), thread);
  }

  private void write(Gathered full) {
    try {
      out.write(full.bytes().clear());
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private void await() throws IOException {
    try {
      writing.join();
    } catch (CompletionException e) {
      throw Failure.of(e);
    }
    if (handedBytes > 0) {
      tell(handedBytes);
      handedBytes = 0;
    }
  }

  private void tell(int bytes) {
    written += bytes;
    progress.written(bytes / PAGE);
  }

  /** Bytes in the file. */
  long written() {
    return written;
  }
}
