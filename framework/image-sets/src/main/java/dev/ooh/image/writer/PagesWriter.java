package dev.ooh.image.writer;

import dev.ooh.image.PageReader;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.support.Failure;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Writes {@code pages-N.img}: the present pages one after another, without a header. Pages of many
 * runs are gathered, so that the file sees writes of a mebibyte and not of a page; while one is
 * written, by a thread of its own, the next is gathered. For one thread.
 */
final class PagesWriter {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int GATHERED = 1 << 20;

  private final FileLayer.Output out;
  private final PageReader source;
  private final PageDigests digests;
  private final Progress progress;
  private final Digest digest = new Digest();
  private byte[] buffer = new byte[GATHERED];
  private int used;

  /** What the other thread has, or had last. */
  private byte[] handed = {};

  private int handedBytes;
  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
  private long written;

  /** Is told after each gathered write. */
  @FunctionalInterface
  interface Progress {
    void written(long pages);
  }

  PagesWriter(FileLayer.Output out, PageReader source, PageDigests digests, Progress progress) {
    this.out = out;
    this.source = source;
    this.digests = digests;
    this.progress = progress;
  }

  /** Copies {@code pages} and notes their digests, as of the copy. */
  void write(PageSet pages) throws IOException {
    try (ExecutorService thread = Executors.newSingleThreadExecutor(PagesWriter::thread)) {
      try {
        for (int run = 0; run < pages.runCount(); run++) {
          gather(pages.runStart(run), pages.runEnd(run), thread);
        }
        await();
        if (used > 0) {
          out.write(ByteBuffer.wrap(buffer, 0, used));
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

  private void gather(long start, long end, ExecutorService thread) throws IOException {
    for (long address = start; address < end; ) {
      int length = (int) Math.min(end - address, GATHERED - used);
      source.read(address, buffer, used, length);
      for (int done = 0; done < length; done += PAGE) {
        digests.set(address + done, digest.next(buffer, used + done, PAGE));
      }
      address += length;
      used += length;
      if (used == GATHERED) {
        hand(thread);
      }
    }
  }

  /** Has what was gathered written, when what was handed before is. */
  private void hand(ExecutorService thread) throws IOException {
    await();
    byte[] full = buffer;
    buffer = handed.length == GATHERED ? handed : new byte[GATHERED];
    handed = full;
    handedBytes = used;
    used = 0;
    writing = CompletableFuture.runAsync(() -> write(full), thread);
  }

  private void write(byte[] full) {
    try {
      out.write(ByteBuffer.wrap(full));
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
