package dev.ooh.image;

import java.io.IOException;
import java.nio.file.Path;

/** An image is damaged, cut short or not one of ours, or may not be read. */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is the matter. */
  public enum Kind {
    /** It is not as it was written. */
    DAMAGED,
    /** Nobody of ours wrote it. */
    FOREIGN,
    /** The system does not let this process read it. */
    DENIED
  }

  private final Kind kind;

  /** States what is wrong with {@code file} as a whole. */
  public ImageException(Path file, String found, String wanted) {
    this(Kind.DAMAGED, "%s: found %s, wanted %s".formatted(file, found, wanted));
  }

  /** States what is wrong with {@code file} from byte {@code offset} on. */
  public ImageException(Path file, long offset, String found, String wanted) {
    this(
        Kind.DAMAGED,
        "%s at offset %d: found %s, wanted %s".formatted(file, offset, found, wanted));
  }

  private ImageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Of a place where something is that is not ours. */
  public static ImageException foreign(Path place, String found) {
    return new ImageException(
        Kind.FOREIGN,
        "%s: found %s, wanted an image set that ooh wrote: this one is foreign"
            .formatted(place, found));
  }

  /** Of a file that this process may not read. */
  public static ImageException denied(Path file) {
    return new ImageException(
        Kind.DENIED, "%s: permission denied, wanted to read it".formatted(file));
  }

  public Kind kind() {
    return kind;
  }
}
