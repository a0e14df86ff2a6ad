package dev.ooh.memory;

import java.util.Optional;

/**
 * What pages held at one moment, read while their writers go on: a writer that comes to a page
 * before it was read has it copied first. Writers stand still only while a snapshot {@linkplain
 * Prepared#begin begins}, whatever it holds.
 *
 * <p>It takes the same faults by which a technique learns of writes, so it works beside a technique
 * that keeps pages write-protected and has somebody to wait for: {@code uffd} in synchronous mode.
 * Its intervals go on meanwhile, and miss nothing. A facility of an {@link AddressSpace}, for
 * consumers. Safe for any thread; one snapshot of a page at a time.
 */
public interface CopyBeforeWrite {
  /** Why it can't work on this machine, whichever technique is at work; found by trying. */
  Optional<String> refusal();

  /**
   * Does everything that can be done while writers run.
   *
   * @param pages whole ones, whose contents are wanted; all of them were write-protected by the
   *     technique's last fetch
   * @param mostBytes how much memory may hold copies of pages whose writer came first; between
   *     snapshots what the last one needed may be kept
   * @throws SnapshotException if a page is not protected in a way that makes its writer wait, or
   *     another snapshot has it; nothing is prepared then
   */
  Prepared prepare(PageSet pages, long mostBytes) throws SnapshotException;

  /** A snapshot that is about to begin. */
  interface Prepared extends AutoCloseable {
    /**
     * The moment whose contents are wanted. Nobody may write to the pages until this returns.
     *
     * @throws SnapshotException if it could not begin, as when a page is not protected at this
     *     moment; writers go on then as before
     */
    Snapshot begin() throws SnapshotException;

    /** Nothing is saved any more, but for a snapshot that has begun. */
    @Override
    void close();
  }

  /** A snapshot that has begun. For one thread at a time. */
  interface Snapshot extends AutoCloseable {
    /**
     * The pages that were written after any consumer fetched them and before this began, whether
     * they were asked for or not: the snapshot has them too. The next interval reports them once
     * more. What another consumer fetched before the beginning, and what counts as changed without
     * a write, is only in an interval that is asked for after the beginning.
     */
    PageSet late();

    /**
     * The contents of these pages are not wanted: their writers wait for no copy from now on. Pages
     * that the snapshot doesn't have are left alone.
     *
     * @throws SnapshotException if the snapshot was lost; also if any of its pages has lost its
     *     protection without a write since it was fetched, even before the beginning
     */
    void release(PageSet pages) throws SnapshotException;

    /**
     * Makes a copy of pages what they were at the beginning. Where a writer came first, what was
     * saved for it replaces what was copied. Their writers wait for no copy from now on, so each
     * page can be asked for once.
     *
     * @param address of the first, whole pages of the snapshot
     * @param copied what was read from memory since the beginning
     * @throws SnapshotException if what was saved was lost: room for copies ran out, who saves them
     *     died, or a page lost its protection without a write, as by madvise; the copy is of no use
     */
    void settle(long address, byte[] copied, int offset, int length) throws SnapshotException;

    /** Nothing is saved from now on; returns how long writers waited. Closing twice is closing. */
    Waits end();

    @Override
    default void close() {
      end();
    }
  }

  /**
   * How long writers waited for a page that was copied for them, from when their fault was taken up
   * until they went on, faults for the technique alone not counted; how long it takes to be taken
   * up, on a machine with more to do than processors, comes on top.
   *
   * @param count of faults that had something copied
   * @param medianNanos at most an eighth above the true value, like the next
   * @param p999Nanos which one in a thousand exceeds
   * @param longestNanos of all
   */
  record Waits(long count, long medianNanos, long p999Nanos, long longestNanos) {
    /** Nobody waited. */
    public static Waits none() {
      return new Waits(0, 0, 0, 0);
    }
  }
}
