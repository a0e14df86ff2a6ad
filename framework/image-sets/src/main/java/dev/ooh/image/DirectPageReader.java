package dev.ooh.image;

import java.lang.foreign.MemorySegment;

/** Where pages are copied from that can be copied to memory outside the heap as well. */
public interface DirectPageReader extends PageReader {
  /** Copies {@code length} bytes from {@code address} on to what {@code target} has there. */
  void read(long address, MemorySegment target, long offset, int length);
}
