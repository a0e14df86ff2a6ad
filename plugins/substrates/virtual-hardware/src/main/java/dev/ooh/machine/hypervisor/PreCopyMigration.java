package dev.ooh.machine.hypervisor;

import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.memory.HostMemory;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Copies a running machine's memory to another machine, in rounds: what was written during one
 * round is copied in the next. It is a user of page-modification logging ({@code enabled_by_hyp})
 * beside any that the guest asked for. Memory only: processor and devices are not moved.
 *
 * <p>All methods run at an instruction boundary of the source; between them the source runs on.
 */
public final class PreCopyMigration implements AutoCloseable {
  private static final int BATCH = 512;

  private final VirtualMachine source;
  private final VirtualMachine destination;
  private final PageModificationLog log;

  /** By page number: written since it was copied. */
  private final BitSet dirty = new BitSet();

  private int rounds;
  private long pagesCopied;

  /**
   * Starts a migration.
   *
   * @param destination a machine that runs nothing, with at least as much memory
   * @throws IllegalArgumentException if it has less
   */
  public PreCopyMigration(VirtualMachine source, VirtualMachine destination) {
    if (destination.ept().guestBytes() < source.ept().guestBytes()) {
      throw new IllegalArgumentException(
          "destination has %d bytes of guest-physical memory, wanted at least %d"
              .formatted(destination.ept().guestBytes(), source.ept().guestBytes()));
    }
    this.source = source;
    this.destination = destination;
    this.log = source.pageModificationLogging().open(gpa -> dirty.set(pageNumber(gpa)));
    log.enable();
    source.ept().forEachPopulated(gpa -> dirty.set(pageNumber(gpa)));
  }

  /**
   * Copies what was written since the round before; the first round copies all that is used.
   *
   * @return the guest-physical numbers (GPA / 4096) of the pages that were copied
   */
  public BitSet round() {
    log.flush();
    BitSet batch = (BitSet) dirty.clone();
    dirty.clear();
    // Arming comes before copying, so that what is written later is in the next round.
    rearm(batch);
    batch.stream().forEach(this::copy);
    rounds++;
    pagesCopied += batch.cardinality();
    return batch;
  }

  /**
   * The last round, with the source stopped until this returns; then compares all memory.
   *
   * @throws IllegalStateException if a page differs, naming the first
   */
  public Result finish() {
    int last = round().cardinality();
    verify();
    close();
    return new Result(rounds, pagesCopied, last);
  }

  /**
   * Ends the migration. Before {@link #finish} that leaves the destination's memory incomplete.
   * Closing twice does nothing.
   */
  @Override
  public void close() {
    log.close();
  }

  private void rearm(BitSet pages) {
    long[] gpas = new long[BATCH];
    int count = 0;
    for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page + 1)) {
      gpas[count++] = gpa(page);
      if (count == BATCH) {
        log.rearm(gpas, count);
        count = 0;
      }
    }
    log.rearm(gpas, count);
  }

  private void copy(int page) {
    MemorySegment.copy(from(page), 0, to(page), 0, HostMemory.FRAME);
  }

  private void verify() {
    BitSet used = new BitSet();
    source.ept().forEachPopulated(gpa -> used.set(pageNumber(gpa)));
    for (int page = used.nextSetBit(0); page >= 0; page = used.nextSetBit(page + 1)) {
      if (from(page).mismatch(to(page)) >= 0) {
        throw new IllegalStateException(
            "migration: the page at GPA 0x%x differs after the last round, wanted equal contents"
                .formatted(gpa(page)));
      }
    }
  }

  private MemorySegment from(int page) {
    return segment(source, page);
  }

  private MemorySegment to(int page) {
    return segment(destination, page);
  }

  private static MemorySegment segment(VirtualMachine machine, int page) {
    long address = machine.memory().nativeAddress(machine.translate(gpa(page)));
    return HostMemory.EVERYTHING.asSlice(address, HostMemory.FRAME);
  }

  private static long gpa(int page) {
    return (long) page * HostMemory.FRAME;
  }

  private static int pageNumber(long gpa) {
    return (int) (gpa / HostMemory.FRAME);
  }

  /**
   * The effort of a migration.
   *
   * @param rounds how many rounds there were, the last included
   * @param pagesCopied pages of 4 KiB copied in all rounds
   * @param pagesInLastRound pages copied in the last round, while the source was stopped
   */
  public record Result(int rounds, long pagesCopied, int pagesInLastRound) {}
}
