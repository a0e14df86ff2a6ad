package dev.ooh.machine.extension;

/**
 * Pages of the guest kernel, contiguous in guest-physical memory. Accesses are the kernel's own: on
 * the machine's CPU, through the EPT, and logged like any guest access.
 */
public interface KernelPages extends AutoCloseable {
  /** The GPA of the first byte, a multiple of 4096. */
  long gpa();

  /** The size in bytes, a multiple of 4096. */
  long bytes();

  /**
   * Reads eight bytes, little-endian.
   *
   * @param offset in bytes, a multiple of 8 below {@link #bytes}
   * @throws IndexOutOfBoundsException for any other offset
   * @throws IllegalStateException after {@link #close}
   */
  long getLong(long offset);

  /** Writes eight bytes; as {@link #getLong}. */
  void setLong(long offset, long value);

  /**
   * Reads {@code count} words, the first of them at {@code offset}, into {@code target} from {@code
   * index} on; as so many {@link #getLong}.
   */
  default void getLongs(long offset, long[] target, int index, int count) {
    for (int i = 0; i < count; i++) {
      target[index + i] = getLong(offset + 8L * i);
    }
  }

  /** Writes words as {@link #getLongs} reads them. */
  default void setLongs(long offset, long[] source, int index, int count) {
    for (int i = 0; i < count; i++) {
      setLong(offset + 8L * i, source[index + i]);
    }
  }

  /** Frees the pages. No device may hand them out any more. Closing twice does nothing. */
  @Override
  void close();
}
