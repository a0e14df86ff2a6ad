package dev.ooh.checkpoints;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.PageReader;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.NextSet;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SnapshotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One checkpoint being taken: first {@link #copy}, by whoever takes it, then {@link #finish}, by
 * the writing thread. Until it is finished or has failed, nobody else touches the segments' list,
 * the chain and what the next set must hold.
 */
final class Taking {
  private static final long NANOS_A_MICRO = 1000;

  private final CheckpointOptions options;
  private final Segments segments;
  private final NextSet next;
  private final Chain chain;
  private final CopyChoice choice;
  private final Supplier<Map<String, String>> said;
  private final long leastAhead;
  private final List<Region> regions;
  private final PageSet scan;
  private final long started = System.nanoTime();

  /** Where pages are read from when they are written: copies, if there is room for them. */
  private PageReader source;

  private String technique = "none";
  private int rounds;
  private long asked;
  private long frozen;
  private Chain.@Nullable Draft draft;

  /** Begun, and not ended yet. */
  private @Nullable SegmentSnapshot snapshot;

  private Checkpoint.Rest rest = Checkpoint.Rest.COPIED_WHILE_STOPPED;
  private CopyBeforeWrite.Waits waits = CopyBeforeWrite.Waits.none();
  private PageSet zeros = PageSet.empty();
  private Map<String, String> metadata = Map.of();
  private long pages;
  private long written;

  /**
   * @param said what the program has to say of the moment, asked while writers stand still
   * @param leastAhead bytes of all segments from which on a first set is written while the program
   *     runs
   */
  Taking(
      CheckpointOptions options,
      Segments segments,
      NextSet next,
      Chain chain,
      CopyChoice choice,
      Supplier<Map<String, String>> said,
      long leastAhead) {
    this.options = options;
    this.segments = segments;
    this.next = next;
    this.chain = chain;
    this.choice = choice;
    this.said = said;
    this.leastAhead = leastAhead;
    regions = segments.regions();
    scan = segments.pages();
    source = segments.reader();
  }

  /**
   * Copies what changed, the last of it while writers stand still; what there is no room for is
   * written meanwhile. They may go on when this returns.
   */
  void copy() throws IOException, InterruptedException {
    next.begin();
    choice.beginCheckpoint(scan);
    Standstill standstill = options.standstill().orElse(() -> () -> {});
    boolean ahead = options.standstill().isPresent() && options.copyBytes() > 0;
    if (ahead && isWrittenAhead()) {
      choice.beginAhead(scan);
      writeAhead();
    }
    options.listener().beforeFreeze();
    SegmentSnapshot prepared = null;
    boolean done = false;
    try {
      try (Thaw _ = () -> options.listener().afterThaw(Duration.ofNanos(frozen))) {
        if (ahead) {
          rounds = next.copyAhead(() -> scan, all -> segments.changed(next::changed), source);
        }
        prepared = choice.prepare(scan).orElse(null);
        technique = segments.technique();
        freeze(standstill, prepared);
      }
      done = true;
    } finally {
      if (prepared != null && (snapshot == null || !done)) {
        prepared.close();
      }
      if (draft != null && !done) {
        draft.close();
      }
    }
  }

  /** Tells of it; what that throws is suppressed where something else was thrown before. */
  @FunctionalInterface
  private interface Thaw extends AutoCloseable {
    @Override
    void close();
  }

  private void freeze(Standstill standstill, @Nullable SegmentSnapshot prepared)
      throws IOException, InterruptedException {
    asked = System.nanoTime();
    try (Standstill.Standing _ = standstill.stop()) {
      metadata = Metadata.checked(said.get());
      if (prepared == null || !begin(prepared)) {
        copyStopped();
      }
    } finally {
      frozen = System.nanoTime() - asked;
    }
  }

  /**
   * Copies of all that a first set has would take as much memory once more. Where sets are to be
   * folded at once, one more would only be one more to write again.
   */
  private boolean isWrittenAhead() {
    return next.previous().isEmpty()
        && options.longestChain() > 1
        && scan.pageCount() * PageSet.PAGE_SIZE >= leastAhead;
  }

  /**
   * Writes all that there is from where it is, while the program runs on. What it changes meanwhile
   * is owed to the set that is taken then, which builds on this one; nobody can restore this one.
   */
  private void writeAhead() throws IOException {
    long began = System.nanoTime();
    segments.changed(next::changed);
    PageSet wanted = next.pages(scan);
    PageSet empty = segments.zeros(wanted);
    PageSet all = wanted.minus(empty);
    try (Chain.Draft ahead = chain.draft(next.previous())) {
      long before = System.nanoTime();
      ahead.pages(all, PageSet.empty(), source, more -> tell(more, all.pageCount()));
      written = 0;
      long count = all.pageCount();
      WrittenSet set =
          ahead.finish(
              false,
              segments.technique(),
              regions,
              Map.of(),
              new DumpStatsEntry(
                  0,
                  0,
                  micros(before - began),
                  micros(System.nanoTime() - before),
                  count,
                  0,
                  count));
      next.written(set);
      next.zero(empty);
    }
  }

  private void tell(long more, long ofPages) {
    written += more;
    options.listener().writing(written, ofPages);
  }

  private static long micros(long nanos) {
    return nanos / NANOS_A_MICRO;
  }

  private boolean begin(SegmentSnapshot prepared) {
    try {
      prepared.begin();
      snapshot = prepared;
      rest = Checkpoint.Rest.COPIED_BEFORE_WRITE;
      return true;
    } catch (SnapshotException e) {
      choice.notBegun(e);
      return false;
    }
  }

  private void copyStopped() throws IOException {
    segments.changed(next::changed);
    if (next.copyRest(scan, source)) {
      source = next.copies();
    } else {
      rest = Checkpoint.Rest.WRITTEN_WHILE_STOPPED;
      draft = writePages();
    }
  }

  /**
   * Copies what writers would change, or has it written from where it is if there is no room for
   * copies.
   */
  private void copy(SegmentSnapshot begun) {
    next.changed(begun.late());
    if (!next.hasRoom(scan)) {
      next.begin();
    }
    begun.keep(next.uncopied(scan));
    source = next.copyRest(scan, begun) ? next.copies() : begun;
  }

  private Chain.Draft writePages() throws IOException {
    PageSet wanted = next.pages(scan);
    PageSet inParent = next.inParent(scan);
    zeros = source == snapshot ? PageSet.empty() : source.zeros(wanted.minus(inParent));
    PageSet all = wanted.minus(zeros);
    pages = all.pageCount();
    long present = pages - inParent.pageCount();
    Chain.Draft opened = chain.draft(next.previous());
    boolean done = false;
    try {
      opened.pages(all, inParent, source, more -> tell(more, present));
      done = true;
      return opened;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** Writes what was copied, and makes all of it durable: the next set builds on this one. */
  Checkpoint finish() throws IOException {
    SegmentSnapshot begun = snapshot;
    if (begun == null) {
      return finishSet();
    }
    try (begun) {
      copy(begun);
      if (source != begun) {
        begun.end(); // the sooner the better for who writes
      }
      return finishSet();
    } catch (UncheckedIOException e) {
      choice.lost(String.valueOf(e.getMessage()));
      throw e.getCause();
    }
  }

  private Checkpoint finishSet() throws IOException {
    Chain.Draft begun = draft;
    try (Chain.Draft set = begun == null ? writePages() : begun) {
      if (snapshot != null) {
        waits = snapshot.end();
      }
      WrittenSet done = set.finish(true, technique, regions, metadata, statistics());
      next.written(done);
      next.zero(zeros);
      return new Checkpoint(
          done.path(),
          technique,
          Duration.ofNanos(frozen),
          Duration.ofNanos(System.nanoTime() - started),
          rounds,
          rest,
          choice.reason(),
          waits,
          pages,
          written);
    }
  }

  private DumpStatsEntry statistics() {
    long writing = micros(System.nanoTime() - asked);
    return new DumpStatsEntry(
        0, micros(frozen), 0, writing, scan.pageCount(), pages - written, written);
  }
}
