package dev.ooh.image.writer;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.PageReader;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.support.Failure;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code pages-N.img}, the present pages in one form or another. Pages of many runs are
 * gathered, so that the file sees a write for each mebibyte of them and not for each page; while
 * one is brought into its form and written, by a thread of its own, the next is gathered: outside
 * the heap where the source can do that and the form takes it, as the JDK would copy an array once
 * more. For one thread.
 */
final class PagesWriter {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final PagesForm form;
  private final PageReader source;
  private final PageDigests digests;
  private final Progress progress;
  private final Digest digest = new Digest();

  /** Is told after each gathered write. */
  @FunctionalInterface
  interface Progress {
    void written(long pages);
  }

  PagesWriter(PagesForm form, PageReader source, PageDigests digests, Progress progress) {
    this.form = form;
    this.source = source;
    this.digests = digests;
    this.progress = progress;
  }

  /** Copies {@code pages} and notes their digests, as of the copy. */
  void write(PageSet pages) throws IOException {
    // So little is over before an arena pays.
    if (form.takesNative()
        && source instanceof DirectPageReader
        && pages.bytes() > GatheredPages.BYTES) {
      try (Arena arena = Arena.ofShared()) {
        write(pages, arena);
      }
    } else {
      write(pages, null);
    }
  }

  private void write(PageSet pages, @Nullable Arena arena) throws IOException {
    try (Turns turns = new Turns(arena)) {
      for (int run = 0; run < pages.runCount(); run++) {
        gather(pages.runStart(run), pages.runEnd(run), turns);
      }
      turns.last();
    }
  }

  private void gather(long start, long end, Turns turns) throws IOException {
    for (long address = start; address < end; ) {
      GatheredPages gathered = turns.gathered;
      int length = form.piece(end - address, gathered.room());
      if (length == 0) {
        turns.next();
        continue;
      }
      read(address, gathered, length);
      for (int done = 0; done < length; done += PAGE) {
        digests.set(address + done, digest.next(gathered.part(gathered.used() + done, PAGE)));
      }
      gathered.add(length);
      address += length;
      if (gathered.room() == 0) {
        turns.next();
      }
    }
  }

  private void read(long address, GatheredPages target, int length) {
    MemorySegment memory = target.memory();
    if (memory != null && source instanceof DirectPageReader direct) {
      direct.read(address, memory, target.used(), length);
    } else {
      source.read(address, target.array(), target.used(), length);
    }
  }

  /** Two that are gathered in by turns; the thread writes the other one. */
  private final class Turns implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(PagesWriter::thread);
    private final @Nullable Arena arena;
    private GatheredPages gathered;

    /** What the thread has, or had last. */
    private @Nullable GatheredPages handed;

    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

    private Turns(@Nullable Arena arena) {
      this.arena = arena;
      gathered = new GatheredPages(arena);
    }

    /** Has what was gathered written, when what was handed before is. */
    private void next() throws IOException {
      await();
      GatheredPages full = gathered;
      gathered = handed == null ? new GatheredPages(arena) : handed;
      handed = full;
      writing = CompletableFuture.runAsync(() -> writeThere(full), thread);
    }

    private void writeThere(GatheredPages full) {
      try {
        form.write(full);
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
      if (handed != null) {
        tell(handed);
      }
    }

    /** Writes what is left, itself. */
    private void last() throws IOException {
      await();
      if (gathered.used() > 0) {
        form.write(gathered);
        tell(gathered);
      }
    }

    private void tell(GatheredPages done) {
      progress.written(done.used() / PAGE);
      done.clear();
    }

    /** Nobody writes when this returns. */
    @Override
    public void close() {
      writing.handle((done, failure) -> true).join();
      thread.close();
    }
  }

  private static Thread thread(Runnable action) {
    return Thread.ofPlatform().daemon().name("writer of pages").unstarted(action);
  }
}
