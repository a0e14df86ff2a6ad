package dev.ooh.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
    if (Files.isSymbolicLink(link)) {
      return Optional.of(resolve(link, Files.readSymbolicLink(link)));
    }
    if (Files.isDirectory(link)) {
      return Optional.of(link);
    }
    return Files.isRegularFile(link) ? Optional.of(resolve(link, text(link))) : Optional.empty();
  }

  private static Path text(Path link) throws IOException {
    long size = Files.size(link);
    if (size < 1 || size > LONGEST) {
      throw new ImageException(link, size + " bytes", "the name of a set");
    }
    try {
      return link.getFileSystem()
          .getPath(new String(Files.readAllBytes(link), StandardCharsets.UTF_8));
    } catch (InvalidPathException e) {
      throw new ImageException(link, "'" + e.getInput() + "'", "the name of a set");
    }
  }

  /** As the system follows it: ".." is the directory above the real one, whatever led here. */
  private static Path resolve(Path link, Path target) throws IOException {
    Path path = link.resolveSibling(target);
    Path plain = path.normalize();
    if (!target.startsWith("..")) {
      return path;
    }
    return Files.exists(path) && !(Files.exists(plain) && Files.isSameFile(path, plain))
        ? path.toRealPath()
        : plain;
  }
}
