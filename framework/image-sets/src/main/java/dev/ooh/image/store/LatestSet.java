package dev.ooh.image.store;

import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.input.Inspection;
import dev.ooh.image.input.RegularFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Finds the set to restore. */
final class LatestSet {
  private LatestSet() {}

  /**
   * The one that {@code latest} in {@code directory} names; or the newest dump where nothing can be
   * renamed, so that there is no such link. A manifest of which only a part was written is none, if
   * nothing was made after it. Empty when there is none.
   */
  static Optional<Path> in(Path directory) throws IOException {
    Path link = directory.resolve(SetNames.LATEST);
    Optional<Path> linked = Links.target(link);
    if (linked.equals(Optional.of(link))) {
      return Optional.of(original(directory, link));
    }
    if (linked.isPresent() || directory.getFileSystem().equals(FileSystems.getDefault())) {
      return linked;
    }
    boolean newest = true;
    for (Path set : SetNames.numbered(directory).reversed()) {
      if (SetNames.exists(set)) {
        Path file = set.resolve(SetFiles.MANIFEST);
        byte[] manifest = RegularFile.read(file);
        if (!newest || !Manifest.isTorn(manifest)) {
          newest = false;
          if (Manifest.parse(file, manifest).description().complete()) {
            return Optional.of(set);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The set that {@code copy} is one of, under its own name; where there is none, the copy. */
  private static Path original(Path directory, Path copy) throws IOException {
    byte[] manifest = CheckedFiles.manifest(copy);
    for (Path set : SetNames.numbered(directory).reversed()) {
      if (Inspection.isThere(set.resolve(SetFiles.MANIFEST))
          && Arrays.equals(CheckedFiles.manifest(set), manifest)) {
        return set;
      }
    }
    return copy;
  }
}
