package dev.ooh.image.store;

import dev.ooh.image.ImageException;
import dev.ooh.image.input.Inspection;
import dev.ooh.image.input.RegularFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * What names another set: a symbolic link; or, where the file system has none, a file with what the
 * link would say; or the set itself, in a copy that was made by following links ({@code cp -L}).
 */
final class Links {
  private static final int LONGEST = 4096;

  private Links() {}

  /** What {@code link} names, be it there or not; empty when there is no link. */
  static Optional<Path> target(Path link) throws IOException {
    Optional<BasicFileAttributes> found = Inspection.of(link, LinkOption.NOFOLLOW_LINKS);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (found.get().isSymbolicLink()) {
      return Optional.of(resolve(link, Files.readSymbolicLink(link)));
    }
    if (found.get().isDirectory()) {
      return Optional.of(link);
    }
    return found.get().isRegularFile()
        ? Optional.of(resolve(link, text(link, found.get().size())))
        : Optional.empty();
  }

  private static Path text(Path link, long size) throws IOException {
    if (size < 1 || size > LONGEST) {
      throw new ImageException(link, size + " bytes", "the name of a set");
    }
    try {
      return link.getFileSystem()
          .getPath(new String(RegularFile.read(link), StandardCharsets.UTF_8));
    } catch (InvalidPathException e) {
      throw new ImageException(link, "'" + e.getInput() + "'", "the name of a set");
    }
  }

  /**
   * As the system follows it: ".." is the directory above the real one, whatever led here. Where
   * that isn't there, there is nothing.
   */
  private static Path resolve(Path link, Path target) throws IOException {
    if (target.isAbsolute()) {
      return target;
    }
    Path at = link.getParent();
    at = at == null ? link.getFileSystem().getPath("") : at;
    for (Path name : target) {
      if (name.toString().equals(".")) {
        continue;
      }
      if (!name.toString().equals("..")) {
        at = at.resolve(name);
      } else if (!Inspection.isDirectory(at)) {
        return link.resolveSibling(target);
      } else {
        at = above(at);
      }
    }
    return at;
  }

  /** Spelled as {@code directory} is, so that paths can be compared, where that is the one. */
  private static Path above(Path directory) throws IOException {
    String last = directory.getFileName() == null ? "" : directory.getFileName().toString();
    boolean spelled = !last.isEmpty() && !last.equals(".") && !last.equals("..");
    if (spelled && !Files.isSymbolicLink(directory)) {
      Path parent = directory.getParent();
      return parent == null ? directory.getFileSystem().getPath("") : parent;
    }
    Path real = directory.toRealPath();
    return real.getParent() == null ? real : real.getParent();
  }
}
