package dev.ooh.machine.substrate;

import dev.ooh.machine.cpu.TranslationCache;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.Scheduler;
import dev.ooh.machine.kernel.SegmentationFault;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A process's memory, as its threads access it: by cached translation, else by the processor. A
 * miss is a scheduling point, before the access.
 */
final class VirtualMemory implements Memory {
  private static final MemorySegment EVERYTHING = HostMemory.EVERYTHING;
  private static final ValueLayout.OfLong LONG = HostMemory.LONG;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final int PAGE = HostMemory.FRAME;

  private final TranslationCache translations;
  private final Vcpu vcpu;
  private final Scheduler scheduler;
  private final UserProcess process;

  VirtualMemory(GuestKernel kernel, UserProcess process) {
    this.translations = process.translations();
    this.vcpu = kernel.machine().vcpu();
    this.scheduler = kernel.scheduler();
    this.process = process;
  }

  @Override
  public byte getByte(long address) {
    long known = translations.readable(address, 1);
    return EVERYTHING.get(BYTE, known != 0 ? known : missForRead(address));
  }

  @Override
  public void putByte(long address, byte value) {
    long known = translations.writable(address, 1);
    EVERYTHING.set(BYTE, known != 0 ? known : missForWrite(address), value);
  }

  @Override
  public int getInt(long address) {
    long known = translations.readable(address, 4);
    return known != 0 ? EVERYTHING.get(INT, known) : getIntSlowly(address);
  }

  @Override
  public void putInt(long address, int value) {
    long known = translations.writable(address, 4);
    if (known != 0) {
      EVERYTHING.set(INT, known, value);
    } else {
      putIntSlowly(address, value);
    }
  }

  @Override
  public long getLong(long address) {
    long known = translations.readable(address, 8);
    return known != 0 ? EVERYTHING.get(LONG, known) : getLongSlowly(address);
  }

  @Override
  public void putLong(long address, long value) {
    long known = translations.writable(address, 8);
    if (known != 0) {
      EVERYTHING.set(LONG, known, value);
    } else {
      putLongSlowly(address, value);
    }
  }

  private int getIntSlowly(long address) {
    if ((address & (PAGE - 1)) <= PAGE - 4) {
      return EVERYTHING.get(INT, missForRead(address));
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value |= (getByte(address + i) & 0xFF) << 8 * i;
    }
    return value;
  }

  private void putIntSlowly(long address, int value) {
    if ((address & (PAGE - 1)) <= PAGE - 4) {
      EVERYTHING.set(INT, missForWrite(address), value);
      return;
    }
    // The second page first: if there is none, nothing is written.
    for (int i = 3; i >= 0; i--) {
      putByte(address + i, (byte) (value >>> 8 * i));
    }
  }

  private long getLongSlowly(long address) {
    enter(address);
    try {
      return vcpu.readVirtual(address);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    }
  }

  private void putLongSlowly(long address, long value) {
    enter(address);
    try {
      vcpu.writeVirtual(address, value);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    }
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    checkRange(offset, length, target.length);
    int done = 0;
    while (done < length) {
      long at = address + done;
      int part = (int) Math.min(length - done, leftInPage(at));
      MemorySegment.copy(EVERYTHING, BYTE, forRead(at, part), target, offset + done, part);
      done += part;
    }
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    checkRange(offset, length, source.length);
    int done = 0;
    while (done < length) {
      long at = address + done;
      int part = (int) Math.min(length - done, leftInPage(at));
      MemorySegment.copy(source, offset + done, EVERYTHING, BYTE, forWrite(at, part), part);
      done += part;
    }
  }

  @Override
  public void fill(long address, long length, byte value) {
    long done = 0;
    while (done < length) {
      long at = address + done;
      int part = (int) Math.min(length - done, leftInPage(at));
      EVERYTHING.asSlice(forWrite(at, part), part).fill(value);
      done += part;
    }
  }

  @Override
  public void copy(long from, long to, long length) {
    boolean backwards = from < to && to < from + length;
    long left = length;
    while (left > 0) {
      int part;
      long start;
      if (backwards) {
        part = (int) Math.min(left, Math.min(sinceInPage(from + left), sinceInPage(to + left)));
        start = left - part;
      } else {
        start = length - left;
        part = (int) Math.min(left, Math.min(leftInPage(from + start), leftInPage(to + start)));
      }
      copyWithinPages(from + start, to + start, part);
      left -= part;
    }
  }

  private void copyWithinPages(long from, long to, int length) {
    while (true) {
      long target = forWrite(to, length);
      long source = forRead(from, length);
      // The second translation may have made the first one stale.
      if (translations.writable(to, length) == target) {
        MemorySegment.copy(EVERYTHING, source, EVERYTHING, target, length);
        return;
      }
    }
  }

  /** The native address of {@code length} bytes within one page. */
  private long forRead(long address, int length) {
    long known = translations.readable(address, length);
    return known != 0 ? known : missForRead(address);
  }

  private long forWrite(long address, int length) {
    long known = translations.writable(address, length);
    return known != 0 ? known : missForWrite(address);
  }

  private long missForRead(long address) {
    enter(address);
    try {
      return vcpu.translateForRead(address);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    }
  }

  private long missForWrite(long address) {
    enter(address);
    try {
      return vcpu.translateForWrite(address);
    } catch (SegmentationFault fault) {
      throw refused(fault);
    }
  }

  /** A scheduling point; afterwards this process has the CPU, or the access is refused. */
  private void enter(long address) {
    if (process.isAlive()) {
      scheduler.tick();
      if (process.isCurrent() && scheduler.isInside()) {
        return;
      }
      throw new MemoryAccessException(
          address,
          "access to 0x%x of %s by thread %s, which is not on its CPU: wanted a call within the space's ExecutionContext.run"
              .formatted(address, process.name(), Thread.currentThread().getName()));
    }
    throw new MemoryAccessException(
        address, "access to 0x%x of %s, which is closed".formatted(address, process.name()));
  }

  private static MemoryAccessException refused(SegmentationFault fault) {
    return new MemoryAccessException(fault.gva(), String.valueOf(fault.getMessage()));
  }

  private static long leftInPage(long address) {
    return PAGE - (address & (PAGE - 1));
  }

  /** How many bytes before {@code end} are in one page. */
  private static long sinceInPage(long end) {
    return ((end - 1) & (PAGE - 1)) + 1;
  }

  private static void checkRange(int offset, int length, int size) {
    Objects.checkFromIndexSize(offset, length, size);
  }
}
