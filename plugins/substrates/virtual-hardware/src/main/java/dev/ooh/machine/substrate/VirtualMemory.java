package dev.ooh.machine.substrate;

import dev.ooh.machine.cpu.TranslationCache;
import dev.ooh.machine.kernel.GuestKernel;
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
  private final SlowAccess slow;
  private final SlowDoor door;

  VirtualMemory(GuestKernel kernel, UserProcess process) {
    this.translations = process.translations();
    this.slow = new SlowAccess(kernel, process);
    this.door = new SlowDoor(slow);
  }

  @Override
  public byte getByte(long address) {
    long known = translations.readable(address, 1);
    return known != 0 ? EVERYTHING.get(BYTE, known) : door.getByte(address);
  }

  @Override
  public void putByte(long address, byte value) {
    long known = translations.writable(address, 1);
    if (known != 0) {
      EVERYTHING.set(BYTE, known, value);
    } else {
      door.putByte(address, value);
    }
  }

  @Override
  public int getInt(long address) {
    long known = translations.readable(address, 4);
    return known != 0 ? EVERYTHING.get(INT, known) : door.getInt(address);
  }

  @Override
  public void putInt(long address, int value) {
    long known = translations.writable(address, 4);
    if (known != 0) {
      EVERYTHING.set(INT, known, value);
    } else {
      door.putInt(address, value);
    }
  }

  @Override
  public long getLong(long address) {
    long known = translations.readable(address, 8);
    return known != 0 ? EVERYTHING.get(LONG, known) : door.getLong(address);
  }

  @Override
  public void putLong(long address, long value) {
    long known = translations.writable(address, 8);
    if (known != 0) {
      EVERYTHING.set(LONG, known, value);
    } else {
      door.putLong(address, value);
    }
  }

  @Override
  public void putLongs(long address, long stride, int count, long value) {
    for (int i = 0; i < count; i++) {
      long at = address + i * stride;
      long known = translations.writable(at, 8);
      if (known != 0) {
        EVERYTHING.set(LONG, known, value);
      } else {
        slow.putLong(at, value); // past the door: here a miss is the rule
      }
    }
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
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
    Objects.checkFromIndexSize(offset, length, source.length);
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
    checkRange(address, length);
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
    checkRange(from, length);
    checkRange(to, length);
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
    if (!translations.isHidden()) {
      long target = forWrite(to, length);
      long source = forRead(from, length);
      // The second translation may have made the first one stale, and some are never cached.
      if (translations.writable(to, length) == target) {
        MemorySegment.copy(EVERYTHING, source, EVERYTHING, target, length);
        return;
      }
    }
    byte[] part = new byte[length];
    read(from, part, 0, length);
    write(to, part, 0, length);
  }

  /** The native address of {@code length} bytes within one page. */
  private long forRead(long address, int length) {
    long known = translations.readable(address, length);
    return known != 0 ? known : slow.translateForRead(address);
  }

  private long forWrite(long address, int length) {
    long known = translations.writable(address, length);
    return known != 0 ? known : slow.translateForWrite(address, length);
  }

  private static long leftInPage(long address) {
    return PAGE - (address & (PAGE - 1));
  }

  /** How many bytes before {@code end} are in one page. */
  private static long sinceInPage(long end) {
    return ((end - 1) & (PAGE - 1)) + 1;
  }

  /** Addresses of a process are positive, so a range that wraps is none. */
  private static void checkRange(long address, long length) {
    if ((address | length | address + length) < 0) {
      throw new MemoryAccessException(
          address,
          "access to %d bytes at 0x%x: wanted a length of 0 or more, and an end below 2^63"
              .formatted(length, address));
    }
  }
}
