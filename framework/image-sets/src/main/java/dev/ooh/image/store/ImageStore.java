package dev.ooh.image.store;

import dev.ooh.image.file.FileAbilities;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.input.RegularFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.support.LockFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
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
 * D/.flat/           a flat image of the newest set, or of one before; a program that restores
 *                    lazily keeps it, and the sets do without
 * </pre>
 *
 * One store at a time is open, in all processes: what it builds on is there until it is closed. Of
 * a process that was killed nothing is visible but a draft, which the next writer sweeps away.
 *
 * <p>Where nothing can be renamed, in an object store for instance, a set is written where it stays
 * and exists once its manifest does; the newest dump is the latest. What a dead writer left of one
 * is sealed with an empty manifest, so that nobody can complete it, and removed.
 *
 * <p>One set at a time is written where nothing can be renamed. For one thread at a time; drafts
 * may be written by others. A signal that ends the process before the first set removes the
 * directories that were made for this store.
 */
public final class ImageStore implements SetPlace, AutoCloseable {
  private static final String LOCK = ".lock";

  private final Path directory;

  /** As the caller has it, for messages. */
  private final Path named;

  private final FileLayer files;

  /** Directories that were made for this store, outermost first, removed if nothing came of it. */
  private final List<Path> made = new ArrayList<>();

  /** What writers that died left of sets, and is removed. */
  private final List<Path> swept = new ArrayList<>();

  private FileAbilities abilities = FileAbilities.ALL;
  private @Nullable Closeable lock;

  private final Thread hook = Thread.ofPlatform().name("image-store").unstarted(this::abandon);

  /** Set by the hook: whatever is begun from here on stays behind. */
  private boolean ending;

  /** Where nothing can be renamed: the number of the next set, and the draft of the last one. */
  private long next;

  private @Nullable ManifestLastDraft last;

  private ImageStore(Path named, FileLayer files) {
    this.named = named;
    this.directory = absolute(named);
    this.files = files;
  }

  /** What ".." is, behind a link perhaps, the system says, not the text. */
  private static Path absolute(Path named) {
    Path absolute = named.toAbsolutePath();
    for (Path name : absolute) {
      if (name.toString().equals("..")) {
        return absolute;
      }
    }
    return absolute.normalize();
  }

  /**
   * Opens {@code directory} for writing, makes it where it isn't there, and tries whether it can be
   * written to.
   *
   * @throws IOException naming the directory and what stands in the way, another writer for
   *     instance; no set and no draft is left behind
   */
  public static ImageStore open(Path directory) throws IOException {
    return open(directory, FileLayers.of(directory));
  }

  /** As above, by means of {@code files}. */
  public static ImageStore open(Path directory, FileLayer files) throws IOException {
    return open(directory, files, true);
  }

  /** As {@link #open}, to remove sets alone: the disk may be full. */
  public static ImageStore openToRemove(Path directory, FileLayer files) throws IOException {
    return open(directory, files, false);
  }

  private static ImageStore open(Path directory, FileLayer files, boolean toWrite)
      throws IOException {
    ImageStore store = lock(directory, files);
    boolean usable = false;
    try {
      store.prepare(toWrite);
      usable = true;
      return store;
    } finally {
      if (!usable) {
        store.close();
      }
    }
  }

  /**
   * As {@link #open}, for who is in a hurry to read: keeps other writers away and does nothing
   * else. Before anything is written, {@link #prepare}.
   *
   * @throws IOException naming the directory, and what stands in the way of that
   */
  public static ImageStore lock(Path directory, FileLayer files) throws IOException {
    ImageStore store = new ImageStore(directory, files);
    store.begin();
    return store;
  }

  private synchronized void begin() throws IOException {
    try {
      // Elsewhere nothing is tried while the process ends: it may take long, or never end.
      if (directory.getFileSystem().equals(FileSystems.getDefault())) {
        Runtime.getRuntime().addShutdownHook(hook);
      }
    } catch (IllegalStateException e) {
      throw new IOException("image directory %s: this process is ending".formatted(named), e);
    }
    boolean locked = false;
    try {
      makeDirectories(directory);
      abilities = files.abilities(directory); // first: whether a lock can be trusted
      lock = files.lock(directory.resolve(LOCK));
      locked = true;
    } catch (FileSystemException e) {
      throw unusable(e);
    } finally {
      if (!locked) {
        close();
      }
    }
  }

  /**
   * Removes what is left of writers that died, and tries whether the directory can be written to.
   *
   * @throws IOException as {@link #open}
   */
  public void prepare() throws IOException {
    prepare(true);
  }

  private void prepare(boolean toWrite) throws IOException {
    try {
      sweep();
      if (toWrite) {
        tryToWrite();
      }
    } catch (FileSystemException e) {
      throw unusable(e);
    }
  }

  private IOException unusable(FileSystemException e) {
    return new IOException(
        "image directory %s: %s at %s, wanted a directory that can be written to"
            .formatted(named, reason(e), e.getFile()),
        e);
  }

  private void tryToWrite() throws IOException {
    try (SetDraft draft = anyDraft(false);
        FileLayer.Output out = draft.create("trial")) {
      out.write(ByteBuffer.wrap(new byte[] {1}));
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
      if (Files.isDirectory(wanted)) {
        return; // by "..", below what was just made
      }
    }
    files.createDirectory(wanted);
    made.add(wanted);
    if (parent != null) {
      files.syncDirectory(parent); // else what is durable in it might vanish with it
    }
  }

  /** Absolute. */
  public Path directory() {
    return directory;
  }

  /** A line for each thing that holds less firmly here than on Linux's own file systems. */
  public List<String> weaker() {
    return abilities.weaker();
  }

  /** Whether a second set may be begun before the first one is published; else one at a time. */
  public boolean takesSeveralDrafts() {
    return abilities.renames();
  }

  @Override
  public SetDraft draft() throws IOException {
    return draft(false);
  }

  private synchronized SetDraft draft(boolean compresses) throws IOException {
    if (ending) {
      throw new IOException("image directory %s: this process is ending".formatted(named));
    }
    if (abilities.renames()) {
      // Before pages are written.
      String _ = SetNames.name(directory, SetNames.next(directory), compresses);
    }
    return anyDraft(compresses);
  }

  /**
   * This directory as a place for sets whose pages are compressed by LZ4, which are called {@code
   * set-N.lz4}.
   *
   * @throws IOException where nothing can be renamed: two writers are kept apart there by one name
   *     for each number
   */
  public SetPlace compressed() throws IOException {
    if (!abilities.renames()) {
      throw new IOException(
          "image directory %s: found one where nothing can be renamed, wanted another for sets with"
                  .formatted(named)
              + " compressed pages");
    }
    return compressedPlace();
  }

  private SetPlace compressedPlace() {
    return new SetPlace() {
      @Override
      public SetDraft draft() throws IOException {
        return ImageStore.this.draft(true);
      }

      @Override
      public void remove(Path set) throws IOException {
        ImageStore.this.remove(set);
      }
    };
  }

  /** This directory as a place for sets of that kind, or for plain ones where none other can be. */
  public SetPlace preferably(boolean compressed) {
    return compressed && abilities.renames() ? compressedPlace() : this;
  }

  private SetDraft anyDraft(boolean compresses) throws IOException {
    return abilities.renames() ? renamedDraft(compresses) : manifestLastDraft();
  }

  private RenamedDraft renamedDraft(boolean compresses) throws IOException {
    RenamedDraft draft = new RenamedDraft(files, directory, newDraft(), compresses);
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

  /** A name that whoever opens the store next sweeps away. */
  private Path newDraft() {
    return directory.resolve(
        SetNames.DRAFT_PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()));
  }

  private ManifestLastDraft manifestLastDraft() throws IOException {
    settleLast();
    ManifestLastDraft draft =
        new ManifestLastDraft(files, directory.resolve(SetNames.name(directory, next, false)));
    last = draft;
    return draft;
  }

  /** Numbers go up by one, so that two writers who think that they are alone meet at the next. */
  private void settleLast() throws IOException {
    ManifestLastDraft before = last;
    if (before == null) {
      return;
    }
    before.close(); // what could not be removed at once
    if (before.metAnother()
        && !ManifestLastDraft.seal(
            files, directory.resolve(SetNames.name(directory, next, false)))) {
      throw new IOException(
          "image directory %s: another writer made %s, wanted to be the only one"
              .formatted(directory, SetNames.name(directory, next, false)));
    }
    if (before.isSpent()) {
      next++;
    }
    last = null;
  }

  /**
   * Removes a set that nothing builds on. It vanishes at once, even if the process dies meanwhile.
   *
   * @throws IOException also if the latest set builds on it, which stays then
   */
  @Override
  public void remove(Path set) throws IOException {
    if (abilities.renames()) {
      refuseBelowLatest(set);
      Path grave = newDraft(); // made by the renaming alone: nothing else need fit on a full disk
      files.rename(set, grave);
      files.deleteTree(grave);
    } else {
      files.delete(set.resolve(SetFiles.MANIFEST));
      files.deleteTree(set);
    }
  }

  /** A set may be the latest although its writer was told that it failed, and knows of none. */
  private void refuseBelowLatest(Path set) throws IOException {
    SetFolder folder = new SetFolder(directory);
    if (folder.isBelowLatest(set)) {
      throw new IOException(
          "%s: found the latest set, %s, built on it, wanted one that nothing builds on"
              .formatted(set, folder.latest().orElseThrow().getFileName()));
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
    for (Path set : SetNames.numbered(directory).reversed()) {
      if (SetNames.exists(set)) {
        if (!isPreDump(set)) {
          break;
        }
        remove(set);
        removed.add(set);
      }
    }
    return removed;
  }

  private static boolean isPreDump(Path set) {
    try {
      return !CheckedFiles.unread(set).manifest().description().complete();
    } catch (IOException e) {
      return false; // what it is, and who needs it, is not known
    }
  }

  /** Removes what is left of processes that died: a living one would hold the lock. */
  private void sweep() throws IOException {
    next = SetNames.next(directory);
    for (Path entry : FileLayer.entries(directory)) {
      if (entry.getFileName().toString().startsWith(LockFile.TAKEOVER)) {
        files.delete(entry);
      }
    }
    if (!abilities.renames()) {
      sealUnfinished();
      return;
    }
    for (Path entry : FileLayer.entries(directory)) {
      if (entry.getFileName().toString().startsWith(SetNames.DRAFT_PREFIX)) {
        RenamedDraft.putBack(files, entry);
        files.deleteTree(entry);
        swept.add(entry);
      }
    }
  }

  /** What was removed when it was opened, as writers that died left it. */
  public List<Path> swept() {
    return List.copyOf(swept);
  }

  /**
   * A manifest may be torn only where nothing was made after it; else it is one that is damaged.
   */
  private void sealUnfinished() throws IOException {
    boolean newest = true;
    for (Path set : SetNames.numbered(directory).reversed()) {
      if (SetNames.isCompressed(set)) {
        newest = false; // it was copied here, as none is begun
        continue;
      }
      Path manifest = set.resolve(SetFiles.MANIFEST);
      if (newest && SetNames.exists(set) && Manifest.isTorn(RegularFile.read(manifest))) {
        files.delete(manifest);
      }
      newest &= ManifestLastDraft.seal(files, set);
    }
  }

  /** Lets others write, and removes directories made for this store that are still empty. */
  @Override
  public synchronized void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs, or did: what was to be removed is.
    }
    Closeable held = lock;
    lock = null;
    try {
      if (held != null && !abilities.locks()) {
        held.close(); // which removes the file
      } else if (held != null && !made.isEmpty() && isUnused()) {
        files.delete(directory.resolve(LOCK));
      }
      removeMade();
    } finally {
      if (held != null) {
        held.close();
      }
    }
  }

  /**
   * As {@link #close}, while another thread may be writing the first set. Without what would have
   * to be loaded first: the bundle may have ended where a hook runs.
   */
  private synchronized void abandon() {
    ending = true;
    if (lock == null || made.isEmpty() || !abilities.renames() || !abilities.locks()) {
      return;
    }
    try {
      List<Path> drafts = new ArrayList<>();
      for (Path entry : FileLayer.entries(directory)) {
        if (entry.getFileName().toString().startsWith(SetNames.DRAFT_PREFIX)) {
          drafts.add(entry);
        } else if (!entry.endsWith(LOCK)) {
          return; // it is of use
        }
      }
      for (Path draft : drafts) {
        // Under another name nothing more is made in it.
        Path grave = draft.resolveSibling(draft.getFileName() + "-end");
        files.rename(draft, grave);
        files.deleteTree(grave);
      }
      files.delete(directory.resolve(LOCK));
      removeMade();
      made.clear();
    } catch (IOException e) {
      System.getLogger(ImageStore.class.getName())
          .log(System.Logger.Level.DEBUG, "left behind: " + directory, e);
    }
  }

  private boolean isUnused() throws IOException {
    return FileLayer.entries(directory).stream().allMatch(entry -> entry.endsWith(LOCK));
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
}
