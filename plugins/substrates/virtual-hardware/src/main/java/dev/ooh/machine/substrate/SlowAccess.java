package dev.ooh.machine.substrate;

import dev.ooh.machine.cpu.GuestException;
import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.GuestThread;
import dev.ooh.machine.kernel.Scheduler;
import dev.ooh.machine.kernel.SegmentationFault;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.memory.MemoryAccessException;

/**
 * Accesses that the translation cache can't serve. Each is a scheduling point; then the processor
 * walks the page tables and takes faults. A {@link MemoryAccessException} refuses a thread that is
 * not on the CPU, a closed process, and an address where nothing is or can be mapped.
 */
final class SlowAccess {
  private final Processors processors;
  private final Scheduler scheduler;
  private final EventCounters counters;
  private final UserProcess process;

  SlowAccess(GuestKernel kernel, UserProcess process) {
    this.processors = kernel.machine().processors();
    this.scheduler = kernel.scheduler();
    this.counters = kernel.counters();
    this.process = process;
  }

  byte getByte(long address) {
    return (byte) read(address, Byte.BYTES);
  }

  void putByte(long address, byte value) {
    write(address, Byte.BYTES, value);
  }

  int getInt(long address) {
    return (int) read(address, Integer.BYTES);
  }

  void putInt(long address, int value) {
    write(address, Integer.BYTES, value);
  }

  long getLong(long address) {
    return read(address, Long.BYTES);
  }

  void putLong(long address, long value) {
    write(address, Long.BYTES, value);
  }

  private long read(long address, int bytes) {
    enter(address);
    try {
      return processors.executing().readVirtual(address, bytes);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    } catch (GuestException exception) {
      throw refused(address, exception);
    }
  }

  /** All of the bytes or none. */
  private void write(long address, int bytes, long value) {
    enter(address);
    try {
      processors.executing().writeVirtual(address, bytes, value);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    } catch (GuestException exception) {
      throw refused(address, exception);
    }
  }

  /** The native address of the byte at {@code address}, good to the end of its page. */
  long translateForRead(long address) {
    enter(address);
    try {
      return processors.executing().translateForRead(address);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    } catch (GuestException exception) {
      throw refused(address, exception);
    }
  }

  /** The native address of {@code bytes} within a page. */
  long translateForWrite(long address, int bytes) {
    enter(address);
    try {
      return processors.executing().translateForWrite(address, bytes);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    } catch (GuestException exception) {
      throw refused(address, exception);
    }
  }

  /** A scheduling point; afterwards this process has the CPU, or the access is refused. */
  private void enter(long address) {
    if (!process.isAlive()) {
      throw closed(address);
    }
    try {
      scheduler.tick();
    } catch (IllegalStateException ended) {
      if (process.isAlive()) {
        throw ended;
      }
      MemoryAccessException refusal = closed(address);
      refusal.initCause(ended);
      throw refusal;
    }
    GuestThread thread = scheduler.current();
    if (!process.isCurrent() || thread == null) {
      throw new MemoryAccessException(
          address,
          "access to 0x%x of %s by thread %s, which is not on its CPU: wanted a call within the space's ExecutionContext.run"
              .formatted(address, process.name(), Thread.currentThread().getName()));
    }
    if (thread.isTracker()) {
      counters.count(Event.TRACKER_ACCESS);
    }
  }

  private MemoryAccessException closed(long address) {
    return new MemoryAccessException(
        address, "access to 0x%x of %s, which is closed".formatted(address, process.name()));
  }

  private static MemoryAccessException refused(SegmentationFault fault) {
    return new MemoryAccessException(fault.gva(), String.valueOf(fault.getMessage()));
  }

  /** An address that no page table can map; any other exception of the guest is a bug. */
  private static MemoryAccessException refused(long address, GuestException exception) {
    if (exception.vector() != InterruptionInformation.GENERAL_PROTECTION) {
      throw exception;
    }
    MemoryAccessException refusal =
        new MemoryAccessException(address, String.valueOf(exception.getMessage()));
    refusal.initCause(exception);
    return refusal;
  }
}
