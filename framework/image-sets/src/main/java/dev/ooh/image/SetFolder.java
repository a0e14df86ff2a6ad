package dev.ooh.image;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A directory of image sets, as its names and links tell, without reading any set. */
public record SetFolder(Path path) {
  private static final String PREFIX = "set-";

  /** Numbers have as many digits at most, so that the one after is one as well. */
  private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9]{1,18}");

  private static final Comparator<Path> OLDEST_FIRST =
      Comparator.comparingLong(SetFolder::number).thenComparing(Comparator.naturalOrder());

  /** By number, oldest first. What is named otherwise is no set. */
  public List<Path> sets() throws IOException {
    List<Path> sets = new ArrayList<>();
    for (Path set : numbered(path)) {
      if (exists(set)) {
        sets.add(set);
      }
    }
    return sets;
  }

  /** What is named somewhat like a set, and is none: nobody reads it, or removes it. */
  public List<Path> foreign() throws IOException {
    List<Path> foreign = new ArrayList<>();
    for (Path entry : entries(path)) {
      String name = entry.getFileName().toString();
      if (name.startsWith(PREFIX) && !isName(name)) {
        foreign.add(entry);
      }
    }
    Collections.sort(foreign);
    return foreign;
  }

  /** Whether something is there of a writer that died, or of one that still writes. */
  public boolean hasDrafts() throws IOException {
    for (Path entry : entries(path)) {
      if (entry.getFileName().toString().startsWith(ImageStore.DRAFT_PREFIX)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a set has, or may have, such a name. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static long number(Path set) {
    return Long.parseLong(set.getFileName().toString().substring(PREFIX.length()));
  }

  /** The sets by number, oldest first, also those of which there is only a part. */
  static List<Path> numbered(Path directory) throws IOException {
    List<Path> sets = new ArrayList<>(entries(directory));
    sets.removeIf(entry -> !isName(entry.getFileName().toString()));
    sets.sort(OLDEST_FIRST);
    return sets;
  }

  /** All that is in a directory; nothing where there is none. */
  private static List<Path> entries(Path directory) throws IOException {
    if (!Inspection.isDirectory(directory)) {
      return List.of();
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      found.forEach(entries::add);
    } catch (AccessDeniedException e) {
      throw ImageException.denied(directory);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /** The lowest number above all that are in use. */
  static long next(Path directory) throws IOException {
    List<Path> sets = numbered(directory);
    return sets.isEmpty() ? 1 : number(sets.getLast()) + 1;
  }

  /**
   * What the set of a number is called.
   *
   * @throws IOException if it has too many digits for others to know it as a set
   */
  static String name(Path directory, long number) throws IOException {
    String name = "%s%06d".formatted(PREFIX, number);
    if (!isName(name)) {
      throw new ImageException(
          directory.resolve("%s%06d".formatted(PREFIX, number - 1)),
          "it",
          "a lower number, as none comes after it");
    }
    return name;
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
