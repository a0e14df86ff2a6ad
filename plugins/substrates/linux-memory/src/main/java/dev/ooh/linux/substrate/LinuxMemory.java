package dev.ooh.linux.substrate;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.StoresTracked;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Real memory, by address. Each access is the raw access of one {@link MemorySegment} that spans
 * the space's whole reservation: bounds and liveness are the segment's own checks. An address that
 * no region covers lies in a hole that faults with SIGBUS, which the JVM turns into an error: at
 * once in interpreted code; in compiled code maybe at the thread's next safepoint, and then as the
 * bare InternalError.
 */
@StoresTracked
final class LinuxMemory implements Memory {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment all;
  private final long base;

  LinuxMemory(MemorySegment all) {
    this.all = all;
    this.base = all.address();
  }

  @Override
  public byte getByte(long address) {
    try {
      return all.get(BYTE, address - base);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 1, e);
    }
  }

  @Override
  public void putByte(long address, byte value) {
    try {
      all.set(BYTE, address - base, value);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 1, e);
    }
  }

  @Override
  public int getInt(long address) {
    try {
      return all.get(INT, address - base);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 4, e);
    }
  }

  @Override
  public void putInt(long address, int value) {
    try {
      all.set(INT, address - base, value);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 4, e);
    }
  }

  @Override
  public long getLong(long address) {
    try {
      return all.get(LONG, address - base);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 8, e);
    }
  }

  @Override
  public void putLong(long address, long value) {
    try {
      all.set(LONG, address - base, value);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, 8, e);
    }
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    try {
      MemorySegment.copy(all, BYTE, address - base, target, offset, length);
    } catch (IllegalStateException | InternalError e) {
      throw refused(address, length, e);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, length, target.length, offset, e);
    }
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    try {
      MemorySegment.copy(source, offset, all, BYTE, address - base, length);
    } catch (IllegalStateException | InternalError e) {
      throw refused(address, length, e);
    } catch (IndexOutOfBoundsException e) {
      throw outOfBounds(address, length, source.length, offset, e);
    }
  }

  @Override
  public void fill(long address, long length, byte value) {
    try {
      all.asSlice(address - base, length).fill(value);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(address, length, e);
    }
  }

  @Override
  public void copy(long from, long to, long length) {
    try {
      MemorySegment.copy(all, from - base, all, to - base, length);
    } catch (IndexOutOfBoundsException | IllegalStateException | InternalError e) {
      throw refused(to, length, e);
    }
  }

  private RuntimeException outOfBounds(
      long address, long length, int arrayLength, int offset, IndexOutOfBoundsException cause) {
    if (offset < 0 || length < 0 || offset + length > arrayLength) {
      return cause;
    }
    return refused(address, length, cause);
  }

  private MemoryAccessException refused(long address, long length, Throwable cause) {
    String found =
        cause instanceof IllegalStateException
            ? "the address space is closed"
            : "no region is mapped there";
    MemoryAccessException refusal =
        new MemoryAccessException(
            address, "access to %d bytes at 0x%x: %s".formatted(length, address, found));
    refusal.initCause(cause);
    return refusal;
  }
}
