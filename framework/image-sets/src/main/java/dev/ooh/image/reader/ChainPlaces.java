package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.image.input.Inspection;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.SetFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the sets of a chain are: the newest one, and the one below each. */
final class ChainPlaces {
  private ChainPlaces() {}

  /** The set that {@code directory} is, or that its {@code latest} names. */
  static Path newest(Path directory) throws IOException {
    if (!Inspection.isDirectory(directory)) {
      throw new ImageException(
          directory,
          Inspection.isThere(directory) ? "a file" : "nothing",
          "a directory of image sets");
    }
    Path set = directory;
    Optional<Path> latest = new SetFolder(directory).latest();
    if (latest.isPresent()) {
      set = latest.get();
      if (!Inspection.isDirectory(set)) {
        throw new ImageException(
            directory.resolve(SetFolder.LATEST), "a link to nothing", "a link to an image set");
      }
    } else if (!Inspection.isThere(directory.resolve(SetFiles.MANIFEST))
        && !Inspection.isThere(directory.resolve(SetFiles.INVENTORY))) {
      throw new ImageException(
          directory, "no link '" + SetFolder.LATEST + "'", "a directory of image sets");
    }
    return set;
  }

  /** Where the set with the in-parent pages of {@code set} is. */
  static Path parentOf(Path set) throws IOException {
    Optional<Path> named = SetFolder.parentOf(set);
    if (named.isEmpty() || !Inspection.isDirectory(named.get())) {
      throw new ImageException(
          set.resolve(SetFiles.PARENT),
          named.isPresent() ? "a link to nothing" : "no link",
          "a link to the set with the in-parent pages");
    }
    return named.get();
  }

  /** Checks that the parent is the one that {@code set} was built on. */
  static void checkParent(Path set, SetDescription description, int identity)
      throws ImageException {
    Integer wanted = description.parent();
    if (wanted != null && identity != wanted) {
      throw new ImageException(
          set.resolve(SetFiles.PARENT),
          "a link to a set of identity %08x".formatted(identity),
          "one to the set that this one was built on, of identity %08x".formatted(wanted));
    }
  }
}
