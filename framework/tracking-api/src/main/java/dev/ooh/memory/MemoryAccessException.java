package dev.ooh.memory;

/** An access that memory refused; the message names the address, what was found and wanted. */
public final class MemoryAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long address;

  public MemoryAccessException(long address, String message) {
    super(message);
    this.address = address;
  }

  /** The first address that could not be accessed. */
  public long address() {
    return address;
  }
}
