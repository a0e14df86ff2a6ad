package dev.ooh.checkpoints;

import dev.ooh.image.PageReader;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The segments as they were at one moment, by the addresses that images know them by. Each page can
 * be read once. For one thread at a time.
 */
final class SegmentSnapshot implements PageReader, AutoCloseable {
  private final Segments segments;
  private final CopyBeforeWrite.Prepared prepared;
  private CopyBeforeWrite.@Nullable Snapshot begun;

  SegmentSnapshot(Segments segments, CopyBeforeWrite.Prepared prepared) {
    this.segments = segments;
    this.prepared = prepared;
  }

  /** Now is the moment; nobody writes until this returns. */
  void begin() throws SnapshotException {
    begun = prepared.begin();
  }

  /**
   * What may have changed after it was last asked what changed, and before the moment; nothing of
   * it is forgotten by that. Not all of it was written by a fault since then: others may have asked
   * meanwhile, for whom pages were armed again, and some count as changed always.
   */
  PageSet late() {
    return segments.inImages(begun().late()).union(segments.owed());
  }

  /** Only these pages will be read: writers of others need not wait. Throws as {@link #read}. */
  void keep(PageSet wanted) {
    try {
      begun().release(segments.inMemory(segments.pages().minus(wanted)));
    } catch (SnapshotException e) {
      throw lost(e);
    }
  }

  private static UncheckedIOException lost(SnapshotException why) {
    return new UncheckedIOException(new IOException(why.getMessage(), why));
  }

  /** Throws UncheckedIOException if it can't be told any more how a page was. */
  @Override
  public void read(long address, byte[] target, int offset, int length) {
    CopyBeforeWrite.Snapshot snapshot = begun();
    segments.read(
        address,
        target,
        offset,
        length,
        (memory, at, count) -> {
          try {
            snapshot.settle(memory, target, at, count);
          } catch (SnapshotException e) {
            throw lost(e);
          }
        });
  }

  private CopyBeforeWrite.Snapshot begun() {
    CopyBeforeWrite.Snapshot snapshot = begun;
    if (snapshot == null) {
      throw new IllegalStateException("the snapshot has not begun");
    }
    return snapshot;
  }

  /** Nobody waits any more from now on; how long writers did. */
  CopyBeforeWrite.Waits end() {
    CopyBeforeWrite.Snapshot snapshot = begun;
    return snapshot == null ? CopyBeforeWrite.Waits.none() : snapshot.end();
  }

  @Override
  public void close() {
    end();
    prepared.close();
  }
}
