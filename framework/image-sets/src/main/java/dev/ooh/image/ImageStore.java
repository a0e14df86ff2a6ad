package dev.ooh.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of image sets.
 *
 * <pre>
 * D/set-000001/      a set; each has a link "parent" to the one it builds on
 * D/set-000002/
 * D/latest           a link to the newest set that can be restored
 * D/.lock            locked by the one who writes to D
 * D/.draft-…/        a set being written, or what is left of one
 * </pre>
 *
 * One store at a time is open, in all processes: what it builds on is there until it is closed. Of
 * a process that was killed nothing is visible but a draft, which the next writer sweeps away.
 */
public final class ImageStore implements AutoCloseable {
  static final String LATEST = "latest";
  private static final String DRAFT_PREFIX = ".draft-";
  private static final String SET_PREFIX = "set-";

  /** Matches the names of sets. */
  static final String SETS = SET_PREFIX + "*";

  private static final String LOCK = ".lock";

  private final Path directory;
  private final FileLayer files;

  /** Directories that were made for this store, outermost first, removed if nothing came of it. */
  private final List<Path> made;

  private @Nullable Closeable lock;

  private ImageStore(Path directory, FileLayer files, List<Path> made) {
    this.directory = directory;
    this.files = files;
    this.made = made;
  }

  /**
   * Opens {@code directory} for writing, makes it where it isn't there, and tries whether it can be
   * written to.
   *
   * @throws IOException naming the directory and what stands in the way, another writer for
   *     instance; no set and no draft is left behind
   */
  public static ImageStore open(Path directory, FileLayer files) throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    List<Path> made = new ArrayList<>();
    ImageStore store = new ImageStore(absolute, files, made);
    boolean usable = false;
    try {
      store.makeDirectories(absolute);
      store.lock = files.lock(absolute.resolve(LOCK));
      store.sweep();
      store.draft().close();
      usable = true;
      return store;
    } catch (FileSystemException e) {
      throw new IOException(
          "image directory %s: %s at %s, wanted a directory that can be written to"
              .formatted(directory, reason(e), e.getFile()),
          e);
    } finally {
      if (!usable) {
        store.close();
      }
    }
  }

  private static String reason(FileSystemException e) {
    String reason = e.getReason();
    if (reason != null) {
      return reason;
    }
    return e instanceof AccessDeniedException ? "access denied" : "nothing can be made";
  }

  private void makeDirectories(Path wanted) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    if (Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(wanted.toString(), null, "no directory but another file");
    }
    Path parent = wanted.getParent();
    if (parent != null) {
      makeDirectories(parent);
    }
    files.createDirectory(wanted);
    made.add(wanted);
  }

  /** Begins a set; the caller publishes or closes it. */
  Draft draft() throws IOException {
    String name = DRAFT_PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong());
    Draft draft = new Draft(directory.resolve(name));
    boolean open = false;
    try {
      draft.begin();
      open = true;
      return draft;
    } finally {
      if (!open) {
        draft.close();
      }
    }
  }

  /**
   * Removes a set that nothing builds on. It vanishes at once, even if the process dies meanwhile.
   */
  public void remove(Path set) throws IOException {
    try (Draft grave = draft()) {
      files.rename(set, grave.work.resolve("removed"));
    }
  }

  /**
   * Removes the pre-dumps that an interrupted program left: those newer than every dump, on which
   * nothing builds.
   *
   * @return what was removed, newest first
   */
  public List<Path> tidy() throws IOException {
    List<Path> removed = new ArrayList<>();
    for (Path set : numbered().descendingMap().values()) {
      if (!isPreDump(set)) {
        break;
      }
      remove(set);
      removed.add(set);
    }
    return removed;
  }

  private static boolean isPreDump(Path set) {
    try {
      return !ImageSet.open(set).description().complete();
    } catch (IOException e) {
      return false; // what it is, and who needs it, is not known
    }
  }

  /** The sets by number. */
  private NavigableMap<Integer, Path> numbered() throws IOException {
    NavigableMap<Integer, Path> numbered = new TreeMap<>();
    try (DirectoryStream<Path> sets = Files.newDirectoryStream(directory, SETS)) {
      for (Path set : sets) {
        String digits = set.getFileName().toString().substring(SET_PREFIX.length());
        if (digits.matches("[0-9]{1,9}")) {
          numbered.put(Integer.parseInt(digits), set);
        }
      }
    }
    return numbered;
  }

  /** The number after the highest one in use. */
  private int nextNumber() throws IOException {
    NavigableMap<Integer, Path> sets = numbered();
    return sets.isEmpty() ? 1 : sets.lastKey() + 1;
  }

  /** Removes the drafts of processes that died: a living one would hold the lock. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, DRAFT_PREFIX + "*")) {
      for (Path draft : drafts) {
        deleteTree(draft);
      }
    }
  }

  private void deleteTree(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> entries = new ArrayList<>();
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        stream.forEach(entries::add);
      }
      for (Path entry : entries) {
        deleteTree(entry);
      }
    }
    files.delete(directory);
  }

  /** Lets others write, and removes directories made for this store that are still empty. */
  @Override
  public void close() throws IOException {
    Closeable held = lock;
    lock = null;
    try {
      if (held != null && !made.isEmpty() && isUnused()) {
        files.delete(directory.resolve(LOCK));
      }
      removeMade();
    } finally {
      if (held != null) {
        held.close();
      }
    }
  }

  private boolean isUnused() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.allMatch(entry -> entry.endsWith(LOCK));
    }
  }

  private void removeMade() throws IOException {
    for (Path path : made.reversed()) {
      try {
        files.delete(path);
      } catch (DirectoryNotEmptyException e) {
        return; // it is of use now
      }
    }
  }

  /** A set being written. All of it, the new link included, is made inside one directory. */
  final class Draft implements AutoCloseable {
    private final Path work;
    private final Path set;

    private Draft(Path work) {
      this.work = work;
      this.set = work.resolve("set");
    }

    private void begin() throws IOException {
      files.createDirectory(work);
      files.createDirectory(set);
    }

    FileLayer.Output create(String name) throws IOException {
      return files.create(set.resolve(name));
    }

    /** Names the set, beside this one, that in-parent pages are found in. */
    void parent(Path parent) throws IOException {
      files.link(set.resolve(ImageSet.PARENT), Path.of("..").resolve(parent.getFileName()));
    }

    /**
     * Makes the set visible, whole; its files must be durable.
     *
     * @param newest whether {@code latest} is to name it
     * @return where it is
     */
    Path publish(boolean newest) throws IOException {
      files.syncDirectory(set);
      Path target = directory.resolve("%s%06d".formatted(SET_PREFIX, nextNumber()));
      files.rename(set, target);
      boolean done = false;
      try {
        files.syncDirectory(directory);
        if (newest) {
          Path link = work.resolve(LATEST);
          files.link(link, target.getFileName());
          files.replace(link, directory.resolve(LATEST));
          files.syncDirectory(directory);
        }
        done = true;
        return target;
      } finally {
        if (!done) {
          withdraw(target);
        }
      }
    }

    /** Takes back a set that could not be made the latest, unless the link names it by now. */
    private void withdraw(Path target) throws IOException {
      if (!latest(directory).equals(Optional.of(target))) {
        deleteTree(target);
      }
    }

    /** Removes what was not published. */
    @Override
    public void close() throws IOException {
      deleteTree(work);
    }
  }

  /** The set that {@code latest} in {@code directory} names; empty when there is no such link. */
  static Optional<Path> latest(Path directory) throws IOException {
    Path link = directory.resolve(LATEST);
    return Files.isSymbolicLink(link)
        ? Optional.of(directory.resolve(Files.readSymbolicLink(link)))
        : Optional.empty();
  }
}
