package dev.ooh.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A set that is made under another name and renamed: it is there as a whole or not at all. All of
 * it, the new link included, is made inside one directory.
 */
final class RenamedDraft implements SetDraft {
  private final FileLayer files;
  private final Path directory;
  private final Path work;
  private final Path set;

  /**
   * @param directory of the sets
   * @param work a directory that is made in it, and removed when this is closed
   */
  RenamedDraft(FileLayer files, Path directory, Path work) {
    this.files = files;
    this.directory = directory;
    this.work = work;
    this.set = work.resolve("set");
  }

  void begin() throws IOException {
    files.createDirectory(work);
    files.createDirectory(set);
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
    files.link(
        set.resolve(ImageSet.PARENT),
        directory.getFileSystem().getPath("..").resolve(parent.getFileName().toString()));
  }

  @Override
  public Path publish(boolean newest) throws IOException {
    files.syncDirectory(set);
    Path target = directory.resolve(SetFolder.name(directory, SetFolder.next(directory)));
    files.rename(set, target);
    boolean done = false;
    try {
      files.syncDirectory(directory);
      if (newest) {
        Path link = work.resolve(ImageStore.LATEST);
        files.link(link, target.getFileName());
        files.replace(link, directory.resolve(ImageStore.LATEST));
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
    if (!ImageStore.latest(directory).equals(Optional.of(target))) {
      ImageStore.deleteTree(files, target);
    }
  }

  @Override
  public void close() throws IOException {
    ImageStore.deleteTree(files, work);
  }
}
