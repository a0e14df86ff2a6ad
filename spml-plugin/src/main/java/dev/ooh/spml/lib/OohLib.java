package dev.ooh.spml.lib;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingBuffer;
import dev.ooh.ring.RingLibrary;
import dev.ooh.spml.module.SpmlDevice;
import java.util.concurrent.atomic.AtomicLong;

/** OoH Lib for SPML: maps the GPAs in the ring back to the process's pages. */
public final class OohLib extends RingLibrary {
  private final ReverseMap reverseMap;
  private final AtomicLong unresolved = new AtomicLong();

  /**
   * Opens the device.
   *
   * @param reuse whether a GPA that leads where it led before costs nothing again
   * @throws IllegalStateException if the process has it open already
   */
  public OohLib(MachineExtensions machine, boolean reuse) {
    super(machine, SpmlDevice.NAME);
    this.reverseMap = new ReverseMap(machine, reuse);
  }

  /** How many entries had a GPA that was no page of the process any more. Any thread. */
  public long unresolved() {
    return unresolved.get();
  }

  /** Two: a GPA from the processor's log, and a GVA from the kernel module. */
  @Override
  protected int entriesPerPage() {
    return 2;
  }

  @Override
  protected PageSet resolve(long[] entries) {
    for (long entry : entries) {
      if (RingBuffer.isPhysical(entry)) {
        reverseMap.addPhysical(RingBuffer.page(entry));
      } else {
        reverseMap.add(RingBuffer.page(entry));
      }
    }
    unresolved.set(reverseMap.unresolved());
    int count = reverseMap.count();
    return PageSet.ofPages(reverseMap.take(), count);
  }

  @Override
  public void resume() {
    request(SpmlDevice.RESUME);
  }
}
