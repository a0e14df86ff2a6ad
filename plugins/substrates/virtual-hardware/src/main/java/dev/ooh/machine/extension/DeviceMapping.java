package dev.ooh.machine.extension;

/**
 * Device memory as its opener sees it, at 8-byte words. Gone when the file is closed: an access
 * then throws {@link IllegalStateException}. Any thread may call; reading in bulk enters the
 * machine once.
 */
public interface DeviceMapping {
  /** The size in bytes, a multiple of 4096. */
  long bytes();

  /**
   * Reads a word.
   *
   * @param offset in bytes, a multiple of 8 below {@link #bytes}
   * @throws IndexOutOfBoundsException for any other offset
   */
  long getLong(long offset);

  /** Writes a word; as {@link #getLong}. */
  void setLong(long offset, long value);

  /**
   * Reads several words in one step of the machine.
   *
   * @param offset of the first, as for {@link #getLong}
   * @param target receives them from {@code index} on
   * @param count how many, 0 or more
   */
  void getLongs(long offset, long[] target, int index, int count);
}
