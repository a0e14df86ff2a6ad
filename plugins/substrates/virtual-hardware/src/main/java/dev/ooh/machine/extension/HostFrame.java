package dev.ooh.machine.extension;

/**
 * A frame of host memory that no guest sees, for a table of the processor's. To be used on the
 * machine's CPU only.
 */
public interface HostFrame extends Registration {
  /** The HPA of the first byte, a multiple of 4096. */
  long hpa();

  /**
   * Reads eight bytes.
   *
   * @param offset in bytes, a multiple of 8 below 4096
   */
  long getLong(long offset);

  /** Writes eight bytes; as {@link #getLong}. */
  void setLong(long offset, long value);
}
