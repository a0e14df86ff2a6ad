package dev.ooh.image.store;

import dev.ooh.image.ImageException;
import dev.ooh.image.input.Inspection;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What sets and drafts are called. */
final class SetNames {
  static final String LATEST = "latest";
  static final String DRAFT_PREFIX = ".draft-";
  static final String PREFIX = "set-";

  /** Numbers have as many digits at most, so that the one after is one as well. */
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,18})(\\.lz4)?");

  /** Of sets whose pages are compressed, so that nobody takes them for what others read. */
  private static final String COMPRESSED = ".lz4";

  private static final Comparator<Path> OLDEST_FIRST =
      Comparator.comparingLong(SetNames::number).thenComparing(Comparator.naturalOrder());

  private SetNames() {}

  /** Whether a set has, or may have, such a name. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static long number(Path set) {
    Matcher matcher = NAME.matcher(set.getFileName().toString());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(set + " is no name of a set");
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Whether a set of that name has compressed pages. */
  static boolean isCompressed(Path set) {
    return set.getFileName().toString().endsWith(COMPRESSED);
  }

  /** Whether it has the name of a set, and is no archive that somebody made of one. */
  static boolean isSet(Path entry) throws IOException {
    return isName(entry.getFileName().toString())
        && (!isCompressed(entry) || Inspection.isDirectory(entry));
  }

  /** The sets by number, oldest first, also those of which there is only a part. */
  static List<Path> numbered(Path directory) throws IOException {
    List<Path> sets = new ArrayList<>();
    for (Path entry : entries(directory)) {
      if (isSet(entry)) {
        sets.add(entry);
      }
    }
    sets.sort(OLDEST_FIRST);
    return sets;
  }

  /** All that is in a directory; nothing where there is none. */
  static List<Path> entries(Path directory) throws IOException {
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
  static String name(Path directory, long number, boolean compressed) throws IOException {
    String name =
        String.format(Locale.ROOT, "%s%06d%s", PREFIX, number, compressed ? COMPRESSED : "");
    if (!isName(name)) {
      throw new ImageException(
          numbered(directory).getLast(), "it", "a lower number, as none comes after it");
    }
    return name;
  }

  /**
   * Whether the set is there. On Linux's own file systems what has its name is, whole or damaged;
   * elsewhere it is once its manifest is, for it may be written where it stays.
   *
   * @throws IOException if the system doesn't say: a set that is there may be taken for none then,
   *     and be removed
   */
  static boolean exists(Path set) throws IOException {
    Path manifest = set.resolve(SetFiles.MANIFEST);
    return set.getFileSystem().equals(FileSystems.getDefault())
        || Inspection.of(manifest).filter(found -> found.size() > 0).isPresent();
  }
}
