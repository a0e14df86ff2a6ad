package dev.ooh.machine.memory;

/** Every frame of the host-physical memory is in use. */
public final class OutOfHostMemoryException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  OutOfHostMemoryException(long capacity) {
    super("host memory: all %d MiB are in use".formatted(capacity >>> 20));
  }
}
