package dev.ooh.image.input;

import dev.ooh.image.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * Files in a set's own directory that are read at once. Nothing but a regular file is opened, no
 * pipe above all.
 */
public final class RegularFile {
  /** Half of what there is: nobody's file is to end the program. */
  private static final long LARGEST =
      Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 2);

  private RegularFile() {}

  /**
   * How long it is.
   *
   * @param wanted for the message if it isn't there
   */
  public static long length(Path file, String wanted) throws IOException {
    Optional<BasicFileAttributes> found = Inspection.of(file, LinkOption.NOFOLLOW_LINKS);
    if (found.isEmpty()) {
      throw new ImageException(file, "nothing", wanted);
    }
    if (!found.get().isRegularFile()) {
      throw new ImageException(file, Inspection.kind(found.get()), "a file of the set's own");
    }
    return found.get().size();
  }

  /** All that is in it. */
  public static byte[] read(Path file) throws IOException {
    return read(file, length(file, "a file of the set"));
  }

  /** Reads a file that was found to have such a length. */
  static byte[] read(Path file, long length) throws IOException {
    if (length > LARGEST) {
      throw new ImageException(file, length + " bytes", "at most " + LARGEST + " with this heap");
    }
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes((int) length);
      if (bytes.length < length || in.read() >= 0) {
        throw new ImageException(
            file, bytes.length, "another end than a moment before", length + " bytes");
      }
      return bytes;
    }
  }

  static InputStream open(Path file) throws IOException {
    try {
      return Files.newInputStream(file);
    } catch (AccessDeniedException e) {
      throw ImageException.denied(file);
    }
  }
}
