package dev.ooh.machine.extension;

/**
 * Device memory as its opener sees it, at 8-byte words. Gone when the file is closed: an access
 * then throws {@link IllegalStateException}. Any thread may call; reading in bulk enters the
 * machine once.
 */
public interface DeviceMapping {
  long bytes();

  /**
   * @param offset a multiple of 8 below {@link #bytes}
   */
  long getLong(long offset);

  void setLong(long offset, long value);

  /** Reads {@code count} words from {@code offset} on into {@code target} from {@code index} on. */
  void getLongs(long offset, long[] target, int index, int count);
}
