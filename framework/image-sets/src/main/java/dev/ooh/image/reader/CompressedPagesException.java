package dev.ooh.image.reader;

import java.io.IOException;
import java.nio.file.Path;

/** Pages that were to be mapped from their file are compressed there. */
public final class CompressedPagesException extends IOException {
  private static final long serialVersionUID = 1L;

  CompressedPagesException(Path set) {
    super("the pages of %s are compressed".formatted(set));
  }
}
