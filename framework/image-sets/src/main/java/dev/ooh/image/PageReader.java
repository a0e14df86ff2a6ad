package dev.ooh.image;

/** Where pages are copied from. */
@FunctionalInterface
public interface PageReader {
  /** Copies {@code length} bytes from {@code address} on into {@code target}. */
  void read(long address, byte[] target, int offset, int length);
}
