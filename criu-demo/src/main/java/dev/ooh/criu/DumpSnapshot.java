package dev.ooh.criu;

import dev.ooh.image.PageReader;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A program's pages as they were when it stood still, read while it goes on; each of them once. For
 * one thread.
 */
final class DumpSnapshot implements PageReader, AutoCloseable {
  private final AddressSpace space;
  private final PageSet pages;
  private final CopyBeforeWrite.Snapshot snapshot;

  /**
   * Now is the moment.
   *
   * @param pages of which it was prepared
   */
  DumpSnapshot(AddressSpace space, PageSet pages, CopyBeforeWrite.Prepared prepared)
      throws SnapshotException {
    this.space = space;
    this.pages = pages;
    snapshot = prepared.begin();
  }

  /** The pages that it has. */
  PageSet pages() {
    return pages;
  }

  /**
   * What was written since {@code last} and before the moment, as far as nobody else was told of
   * it: owed for good, so nothing commits.
   */
  Interval changedSince(Interval last) {
    PageSet late = snapshot.late();
    return new Interval() {
      @Override
      public PageSet pages() {
        return late;
      }

      @Override
      public List<String> reasons() {
        return List.of();
      }

      @Override
      public String technique() {
        return last.technique();
      }

      @Override
      public long sequence() {
        return last.sequence();
      }

      @Override
      public void commit() {}

      @Override
      public void close() {}
    };
  }

  /** Only these will be read: writers of others need not wait. Throws as {@link #read}. */
  void keep(PageSet wanted) {
    try {
      snapshot.release(pages.minus(wanted));
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
    space.memory().read(address, target, offset, length);
    try {
      snapshot.settle(address, target, offset, length);
    } catch (SnapshotException e) {
      throw lost(e);
    }
  }

  /** Nobody waits any more from now on; how long writers did. */
  CopyBeforeWrite.Waits end() {
    return snapshot.end();
  }

  @Override
  public void close() {
    end();
  }
}
