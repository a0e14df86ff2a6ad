package dev.ooh.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A directory of image sets, as its names and links tell, without reading any set. */
public record SetFolder(Path path) {
  /** By name, oldest first. */
  public List<Path> sets() throws IOException {
    List<Path> sets = new ArrayList<>();
    if (Files.isDirectory(path)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(path, ImageStore.SETS)) {
        found.forEach(sets::add);
      }
    }
    Collections.sort(sets);
    return sets;
  }

  /** What the link to the newest set that can be restored names, be it there or not. */
  public Optional<Path> latest() throws IOException {
    return ImageStore.latest(path);
  }

  public boolean isLatest(Path set) throws IOException {
    return latest().equals(Optional.of(path.resolve(set.getFileName())));
  }

  /** What {@code set}'s link names, be it there or not. */
  public static Optional<Path> parentOf(Path set) throws IOException {
    Path link = set.resolve(ImageSet.PARENT);
    return Files.isSymbolicLink(link)
        ? Optional.of(set.resolve(Files.readSymbolicLink(link)).normalize())
        : Optional.empty();
  }
}
