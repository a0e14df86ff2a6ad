package dev.ooh.criu.image;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A directory of image sets.
 *
 * <pre>
 * D/set-000001/      a set; each has a link "parent" to the one it builds on
 * D/set-000002/
 * D/latest           a link to the newest set that can be restored
 * D/.draft-…/        a set being written by a process that lives and holds its lock
 * </pre>
 *
 * Several processes may write to it at once. Of a process that was killed nothing is visible but a
 * draft, which the next writer sweeps away.
 */
public final class ImageStore implements AutoCloseable {
  static final String LATEST = "latest";
  private static final String DRAFT_PREFIX = ".draft-";
  private static final String SET_PREFIX = "set-";

  /** A draft without a lock is one whose writer died in its first instant. */
  private static final Duration LOCKLESS_GRACE = Duration.ofHours(1);

  private final Path directory;
  private final FileLayer files;

  /** Directories that were made for this store, outermost first, removed if nothing came of it. */
  private final List<Path> made;

  private ImageStore(Path directory, FileLayer files, List<Path> made) {
    this.directory = directory;
    this.files = files;
    this.made = made;
  }

  /**
   * Opens {@code directory} for writing, makes it where it isn't there, and tries whether it can be
   * written to.
   *
   * @throws IOException naming the directory and what stands in the way; nothing is left behind
   */
  public static ImageStore open(Path directory, FileLayer files) throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    List<Path> made = new ArrayList<>();
    ImageStore store = new ImageStore(absolute, files, made);
    boolean usable = false;
    try {
      store.makeDirectories(absolute);
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

  /** The number after the highest one in use. */
  private int nextNumber() throws IOException {
    int highest = 0;
    try (DirectoryStream<Path> sets = Files.newDirectoryStream(directory, SET_PREFIX + "*")) {
      for (Path set : sets) {
        String digits = set.getFileName().toString().substring(SET_PREFIX.length());
        if (digits.matches("[0-9]{1,9}")) {
          highest = Math.max(highest, Integer.parseInt(digits));
        }
      }
    }
    return highest + 1;
  }

  /** Removes the drafts of processes that died. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, DRAFT_PREFIX + "*")) {
      for (Path draft : drafts) {
        if (isAbandoned(draft)) {
          deleteTree(draft);
        }
      }
    }
  }

  private boolean isAbandoned(Path draft) throws IOException {
    Path lockFile = draft.resolve(Draft.LOCK);
    if (!Files.exists(lockFile)) {
      Instant modified = Files.getLastModifiedTime(draft).toInstant();
      return modified.isBefore(Instant.now().minus(LOCKLESS_GRACE));
    }
    FileLock lock = files.lock(lockFile);
    if (lock == null) {
      return false;
    }
    lock.acquiredBy().close();
    return true;
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

  /** Removes directories made for this store that are still empty. */
  @Override
  public void close() throws IOException {
    for (Path path : made.reversed()) {
      try {
        files.delete(path);
      } catch (DirectoryNotEmptyException e) {
        return; // it is of use now
      }
    }
  }

  /**
   * A set being written. All of it, the new link included, is made inside one directory that is
   * locked while its writer lives.
   */
  final class Draft implements AutoCloseable {
    static final String LOCK = "lock";
    private final Path work;
    private final Path set;
    private @Nullable FileLock lock;

    private Draft(Path work) {
      this.work = work;
      this.set = work.resolve("set");
    }

    private void begin() throws IOException {
      files.createDirectory(work);
      lock = files.lock(work.resolve(LOCK));
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
      while (!moved(target)) {
        target = directory.resolve("%s%06d".formatted(SET_PREFIX, nextNumber()));
      }
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

    /** Whether {@code target} was free; another process may have taken the number meanwhile. */
    private boolean moved(Path target) throws IOException {
      try {
        files.rename(set, target);
        return true;
      } catch (java.nio.file.FileAlreadyExistsException | DirectoryNotEmptyException e) {
        return false;
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
      try {
        deleteTree(work);
      } finally {
        if (lock != null) {
          lock.acquiredBy().close();
        }
      }
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
