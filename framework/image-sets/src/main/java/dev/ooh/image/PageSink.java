package dev.ooh.image;

import java.io.IOException;

/** Receives pages that were read and verified. */
@FunctionalInterface
public interface PageSink {
  /** The {@code length} bytes of {@code buffer} from its start are those at {@code address}. */
  void accept(long address, byte[] buffer, int length) throws IOException;
}
