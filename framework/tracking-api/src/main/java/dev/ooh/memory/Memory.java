package dev.ooh.memory;

/**
 * The bytes of an address space, little-endian, at any alignment.
 *
 * <p>Implementations are final and undecorated, so that a call site that sees at most two of them
 * inlines to a plain load or store. Concurrent plain accesses have the ordering of plain Java
 * accesses; where ordering matters, use the locks of the {@link ExecutionContext}.
 *
 * <p>Every access to an address that no region covers, or after the space was closed, throws {@link
 * MemoryAccessException}; so does a range of negative length, or one that wraps around. What is
 * refused of a long range may have been done for its first pages.
 *
 * <p>On a virtual machine only threads of the execution context may access memory; a host thread
 * enters through {@link ExecutionContext#run}. Another thread gets a {@link MemoryAccessException},
 * certainly while nobody is inside; beside a thread that is, it may slip through, as an access that
 * each thread would have to be checked for costs half as much again.
 */
public interface Memory {
  byte getByte(long address);

  void putByte(long address, byte value);

  int getInt(long address);

  void putInt(long address, int value);

  long getLong(long address);

  void putLong(long address, long value);

  /**
   * Stores {@code value} to {@code count} addresses, of which the first is {@code address} and each
   * other {@code stride} bytes after the one before; as so many {@link #putLong}.
   */
  default void putLongs(long address, long stride, int count, long value) {
    for (int i = 0; i < count; i++) {
      putLong(address + i * stride, value);
    }
  }

  /**
   * Copies {@code length} bytes out of memory into {@code target} from index {@code offset}.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  void read(long address, byte[] target, int offset, int length);

  /**
   * Copies {@code length} bytes of {@code source} from index {@code offset} into memory.
   *
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  void write(long address, byte[] source, int offset, int length);

  /** Stores {@code value} in each of the {@code length} bytes from {@code address} on. */
  void fill(long address, long length, byte value);

  /** Copies {@code length} bytes within this memory; the ranges may overlap. */
  void copy(long from, long to, long length);
}
