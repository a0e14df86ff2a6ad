package dev.ooh.image.input;

import dev.ooh.image.ImageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** What is at a path. Unlike with {@link Files#exists}, what may not be looked at is not absent. */
public final class Inspection {
  private Inspection() {}

  /**
   * What is there; empty where nothing is, a link to nothing included if links are followed.
   *
   * @throws IOException if the system doesn't say
   */
  public static Optional<BasicFileAttributes> of(Path path, LinkOption... options)
      throws IOException {
    try {
      return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, options));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (AccessDeniedException e) {
      throw ImageException.denied(path);
    } catch (FileSystemException e) {
      Path parent = path.getParent();
      boolean loop = Files.isSymbolicLink(path);
      if (loop || (parent != null && !Files.isDirectory(parent))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether there is a directory, or a link to one. */
  public static boolean isDirectory(Path path) throws IOException {
    return of(path).filter(BasicFileAttributes::isDirectory).isPresent();
  }

  /** Whether anything is there, be it a link to nothing. */
  public static boolean isThere(Path path) throws IOException {
    return of(path, LinkOption.NOFOLLOW_LINKS).isPresent();
  }

  /** For messages. */
  static String kind(BasicFileAttributes found) {
    if (found.isDirectory()) {
      return "a directory";
    }
    if (found.isSymbolicLink()) {
      return "a symbolic link";
    }
    return found.isRegularFile() ? "a file" : "a device or pipe";
  }
}
