package dev.ooh.spp.lib;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingBuffer;
import dev.ooh.ring.RingLibrary;
import dev.ooh.spp.cpu.SubPages;
import dev.ooh.spp.hypervisor.WrittenSubPages;
import dev.ooh.spp.module.SppDevice;
import java.util.concurrent.atomic.AtomicLong;

/**
 * OoH Lib for SPP: maps the sub-pages in the ring back to the process's memory. The kernel's
 * reverse mapping answers, which is exact at the moment; each frame looked up counts as M17.
 */
public final class OohLib extends RingLibrary {
  private final MachineExtensions machine;
  private final int granule;
  private final AtomicLong unresolved = new AtomicLong();
  private boolean granuleIsSet;

  /**
   * Opens the device.
   *
   * @param granule bytes that one EPT violation opens: a power of two from 128 to 4096
   * @throws IllegalStateException if the process has it open already
   */
  public OohLib(MachineExtensions machine, int granule) {
    super(machine, SppDevice.NAME);
    this.machine = machine;
    this.granule = granule;
  }

  /** How many entries had a frame that was no page of the process any more. Any thread. */
  public long unresolved() {
    return unresolved.get();
  }

  /** Two: a frame with its sub-pages from the hypervisor, and a GVA from the kernel module. */
  @Override
  protected int entriesPerPage() {
    return 2;
  }

  @Override
  protected PageSet resolve(long[] entries) {
    PageSet.Builder written = PageSet.builder();
    long found = 0;
    for (long entry : entries) {
      if (!RingBuffer.isPhysical(entry)) {
        written.addPage(RingBuffer.page(entry));
        continue;
      }
      int subPages = WrittenSubPages.subPages(entry);
      int gvas =
          machine
              .process()
              .resolve(WrittenSubPages.gpa(entry), gva -> addRuns(written, gva, subPages));
      if (gvas == 0) {
        unresolved.incrementAndGet();
      } else {
        found++;
      }
    }
    machine.count(Event.REVERSE_MAPPING, found);
    return written.build();
  }

  private static void addRuns(PageSet.Builder written, long gva, int subPages) {
    int from = 0;
    while (from < SubPages.COUNT) {
      int length = Integer.numberOfTrailingZeros(~(subPages >>> from));
      if (length == 0) {
        from++;
      } else {
        long start = gva + (long) from * SubPages.BYTES;
        written.add(start, start + (long) length * SubPages.BYTES);
        from += length;
      }
    }
  }

  /** Tells the hypervisor the granule; before that, nothing can have been written. */
  @Override
  public void resume() {
    if (!granuleIsSet) {
      granuleIsSet = true;
      request(SppDevice.GRANULE + Integer.numberOfTrailingZeros(granule / SubPages.BYTES));
    }
  }
}
