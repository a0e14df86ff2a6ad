package dev.ooh.epml.module;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingFile;
import java.util.BitSet;

/**
 * The device as one process has it open. The module fills the ring with GVAs from the guest PML
 * page. What that log doesn't show (writes by the kernel, pages that came with contents, pages
 * shared with other processes) is added to the ring here.
 */
final class TrackedProcess extends RingFile {
  private final EpmlModule.Machine machine;

  /** Whether a frame of the process may have several addresses in it. Never becomes false again. */
  private boolean aliased;

  /** Frames of which every address was reported since one of them was armed. */
  private final BitSet told = new BitSet();

  TrackedProcess(EpmlModule.Machine machine, GuestProcess process) {
    super(machine, process);
    this.machine = machine;
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  protected void start() {
    aliased = process().hasAliases();
    machine.start(this);
  }

  @Override
  protected void finish() {
    machine.stop(this);
  }

  @Override
  protected void collect() {
    machine.drain(this);
    watched()
        .forEachRun((start, end) -> process().forEachSharedElsewhere(start, end, this::report));
  }

  @Override
  protected void arm(PageSet pages) {
    // A page without a frame gets one with a clear dirty flag, so it is armed as it is. The flag of
    // a 2 MiB page is for pages that nobody arms now, too: they have been reported, if it is set.
    if (!aliased && !process().hasLargePages()) {
      pages.forEachRun((start, end) -> machine.kernel().clearDirty(process(), start, end));
      return;
    }
    BitSet cleared = new BitSet();
    pages.forEachRun(
        (start, end) ->
            process()
                .forEachLeaf(
                    start,
                    end,
                    (gva, gpa, bytes) -> {
                      if (!cleared.get(frame(gpa))) {
                        cleared.set(frame(gpa));
                        clearDirty(gva, gpa);
                      }
                    }));
  }

  /**
   * Clears the page's dirty flag at each address that the process has for its frame, whether armed
   * there or not, because a write through any of them must be logged.
   */
  private void clearDirty(long gva, long gpa) {
    machine.kernel().clearDirty(process(), gva);
    if (aliased) {
      told.clear(frame(gpa));
      process()
          .resolve(
              gpa,
              alias -> {
                if (alias != gva) {
                  machine.kernel().clearDirty(process(), alias);
                }
              });
    }
  }

  // ---- What was written ---------------------------------------------------------------------

  /**
   * Reports what the processor logged: the pages of the stores that set a dirty flag. If that is
   * the flag of a 2 MiB page, later stores to any of its pages were not logged, so all are
   * reported.
   *
   * @param gvas may be changed
   */
  void logged(long[] gvas, int count) {
    if (aliased || process().hasLargePages()) {
      for (int i = 0; i < count; i++) {
        logged(gvas[i]);
      }
    } else {
      report(gvas, count);
    }
  }

  private void logged(long gva) {
    wrote(gva);
    process()
        .forEachLeaf(
            gva,
            gva + PageSet.PAGE_SIZE,
            (leaf, gpa, bytes) -> {
              for (long page = leaf;
                  bytes > PageSet.PAGE_SIZE && page < leaf + bytes;
                  page += PageSet.PAGE_SIZE) {
                report(page);
              }
            });
  }

  /** Reports a page that was written, at this address and at all others of its frame. */
  void wrote(long gva) {
    report(gva);
    if (aliased) {
      long gpa = process().translate(gva);
      // Each of a frame's addresses may be logged; the others are looked up only once.
      if (gpa >= 0 && !told.get(frame(gpa))) {
        told.set(frame(gpa));
        process().resolve(gpa, this::report);
      }
    }
  }

  void lost() {
    if (isStarted()) {
      ring().drop();
    }
  }

  @Override
  public void mapped(long gva, long gpa, Cause cause) {
    told.clear(frame(gpa));
    // With a fresh frame of its own a page has a clear dirty flag, so the processor logs writes.
    if (cause == Cause.ALIAS || cause == Cause.MOVED) {
      aliased |= cause == Cause.ALIAS;
      report(gva);
    }
  }

  @Override
  public void unmapped(long start, long end) {
    if (aliased) {
      // Drained now, while the addresses in the log still lead to the frame's other ones.
      machine.drain(this);
    }
  }

  /**
   * Drained now, while the log's entries lead to all pages that have their dirty flag in common.
   */
  @Override
  public void split(long start, long end) {
    machine.drain(this);
  }

  @Override
  public void writtenByKernel(long gva, long gpa) {
    wrote(gva);
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }
}
