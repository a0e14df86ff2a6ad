package dev.ooh.image;

import java.io.IOException;
import java.nio.file.Path;

/** An image is damaged, cut short or not one of ours. */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** States what is wrong with {@code file} as a whole. */
  public ImageException(Path file, String found, String wanted) {
    super("%s: found %s, wanted %s".formatted(file, found, wanted));
  }

  /** States what is wrong with {@code file} from byte {@code offset} on. */
  public ImageException(Path file, long offset, String found, String wanted) {
    super("%s at offset %d: found %s, wanted %s".formatted(file, offset, found, wanted));
  }
}
