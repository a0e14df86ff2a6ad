package dev.ooh.epml.module;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingFile;
import java.util.BitSet;

/**
 * The device as one process has it open. The module fills its ring from the guest PML page. What
 * the processor can't log (writes by the kernel, pages that came with contents, pages shared with
 * others) is put into the ring here.
 */
final class TrackedProcess extends RingFile {
  private final EpmlModule.Machine machine;

  /** Whether a frame of the process may be mapped at several of its pages. Stays once it is. */
  private boolean aliased;

  /** Frames of which every address was reported since a page of theirs was armed. */
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
    machine.drain();
    watched()
        .forEachRun((start, end) -> process().forEachSharedElsewhere(start, end, this::report));
  }

  @Override
  protected void arm(PageSet pages) {
    // A page without a frame gets one with a clear dirty flag, so it is armed as it is.
    BitSet cleared = new BitSet();
    pages.forEachRun(
        (start, end) ->
            process()
                .forEachMapped(
                    start,
                    end,
                    (gva, gpa) -> {
                      if (!aliased || !cleared.get(frame(gpa))) {
                        cleared.set(frame(gpa));
                        clearDirty(gva, gpa);
                      }
                    }));
  }

  /**
   * A write under another address of the frame must be logged too, so the page's dirty flags are
   * cleared wherever the process has it, armed there or not.
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

  /** The process wrote to the page: under this address, and under all others it has for it. */
  void wrote(long gva) {
    report(gva);
    if (aliased) {
      long gpa = process().translate(gva);
      // With many addresses for a frame, each may be logged: the others are looked for once.
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
    // With its own fresh frame the page has a clear dirty flag, and the processor logs its writes.
    if (cause == Cause.ALIAS || cause == Cause.MOVED) {
      aliased |= cause == Cause.ALIAS;
      report(gva);
    }
  }

  @Override
  public void unmapped(long start, long end) {
    if (aliased) {
      // While what was logged under these addresses still leads to the frame's other ones.
      machine.drain();
    }
  }

  @Override
  public void writtenByKernel(long gva, long gpa) {
    wrote(gva);
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }
}
