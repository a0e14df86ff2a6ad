package dev.ooh.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A directory of image sets, as its names and links tell, without reading any set. */
public record SetFolder(Path path) {
  private static final String PREFIX = "set-";

  /** By name, oldest first. */
  public List<Path> sets() throws IOException {
    List<Path> sets = new ArrayList<>();
    for (Path set : named(path)) {
      if (exists(set)) {
        sets.add(set);
      }
    }
    Collections.sort(sets);
    return sets;
  }

  private static List<Path> named(Path directory) throws IOException {
    List<Path> sets = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(
              directory, entry -> entry.getFileName().toString().startsWith(PREFIX))) {
        found.forEach(sets::add);
      }
    }
    return sets;
  }

  /** The sets by number, also those of which there is only a part. */
  static NavigableMap<Integer, Path> numbered(Path directory) throws IOException {
    NavigableMap<Integer, Path> numbered = new TreeMap<>();
    for (Path set : named(directory)) {
      String digits = set.getFileName().toString().substring(PREFIX.length());
      if (digits.matches("[0-9]{1,9}")) {
        numbered.put(Integer.parseInt(digits), set);
      }
    }
    return numbered;
  }

  /** The highest number in use, 0 when there is none. */
  static int highest(Path directory) throws IOException {
    NavigableMap<Integer, Path> sets = numbered(directory);
    return sets.isEmpty() ? 0 : sets.lastKey();
  }

  static String name(int number) {
    return "%s%06d".formatted(PREFIX, number);
  }

  /**
   * Whether the set is there. On Linux's own file systems what has its name is, whole or damaged;
   * elsewhere it is once its manifest is, for it may be written where it stays.
   */
  static boolean exists(Path set) throws IOException {
    Path manifest = set.resolve(Manifest.FILE);
    return set.getFileSystem().equals(FileSystems.getDefault())
        || (Files.exists(manifest) && Files.size(manifest) > 0);
  }

  /** The newest set that can be restored, be it there or not. */
  public Optional<Path> latest() throws IOException {
    return ImageStore.latest(path);
  }

  public boolean isLatest(Path set) throws IOException {
    return latest().equals(Optional.of(path.resolve(set.getFileName())));
  }

  /** What {@code set} names as its parent, be it there or not. */
  public static Optional<Path> parentOf(Path set) throws IOException {
    return Links.target(set.resolve(ImageSet.PARENT));
  }
}
