package dev.ooh.image.store;

import dev.ooh.image.ImageException;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.input.Inspection;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A set that is made under another name and renamed: it is there as a whole or not at all. All of
 * it, the new link included, is made inside one directory.
 */
final class RenamedDraft implements SetDraft {
  private static final String COPY = "latest-before";

  private final FileLayer files;
  private final Path directory;
  private final Path work;
  private final Path set;
  private final boolean compresses;

  /**
   * @param directory of the sets
   * @param work a directory that is made in it, and removed when this is closed
   */
  RenamedDraft(FileLayer files, Path directory, Path work, boolean compresses) {
    this.files = files;
    this.directory = directory;
    this.work = work;
    this.set = work.resolve("set");
    this.compresses = compresses;
  }

  void begin() throws IOException {
    files.createDirectory(work);
    files.createDirectory(set);
  }

  @Override
  public boolean compresses() {
    return compresses;
  }

  /** Where something may be put that is to vanish. */
  Path grave() {
    return work.resolve("removed");
  }

  @Override
  public FileLayer.Output create(String name) throws IOException {
    return files.create(set.resolve(name));
  }

  @Override
  public void parent(Path parent) throws IOException {
    if (parent.endsWith(SetNames.LATEST)) {
      throw new ImageException(
          parent, "a copy of a set that lies nowhere else", "it under a name such as set-000001");
    }
    files.link(
        set.resolve(SetFiles.PARENT),
        directory.getFileSystem().getPath("..").resolve(parent.getFileName().toString()));
  }

  @Override
  public Path publish(boolean newest) throws IOException {
    files.syncDirectory(set);
    Path target = directory.resolve(SetNames.name(directory, SetNames.next(directory), compresses));
    files.rename(set, target);
    boolean done = false;
    try {
      files.syncDirectory(directory);
      if (newest) {
        if (Files.isDirectory(latest(), LinkOption.NOFOLLOW_LINKS)) {
          files.rename(latest(), work.resolve(COPY)); // of a set, as cp -L makes of the link
        }
        Path link = work.resolve(SetNames.LATEST);
        files.link(link, target.getFileName());
        files.replace(link, latest());
        files.syncDirectory(directory);
      }
      done = true;
      return target;
    } finally {
      if (!done) {
        putBack(files, work);
        withdraw(target);
      }
    }
  }

  private Path latest() {
    return directory.resolve(SetNames.LATEST);
  }

  /** What was the latest set before a draft failed, or its writer died, is it again. */
  static void putBack(FileLayer files, Path work) throws IOException {
    Path latest = work.resolveSibling(SetNames.LATEST);
    Path copy = work.resolve(COPY);
    if (Inspection.isThere(copy) && !Inspection.isThere(latest)) {
      files.rename(copy, latest);
    }
  }

  /** Takes back a set that could not be made the latest, unless the link names it by now. */
  private void withdraw(Path target) throws IOException {
    if (!LatestSet.in(directory).equals(Optional.of(target))) {
      files.rename(target, grave()); // whole, should this die as well; it goes with this draft
    }
  }

  @Override
  public void close() throws IOException {
    files.deleteTree(work);
  }
}
