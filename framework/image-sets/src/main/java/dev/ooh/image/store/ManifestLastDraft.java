package dev.ooh.image.store;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.input.RegularFile;
import dev.ooh.image.message.SetFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A set that is written where it stays, as nothing can be renamed: it exists once its manifest
 * does, which is written last. Nothing is ever overwritten, so of two writers that came to the same
 * number one is refused, by the first file at which they meet, or by the manifest.
 */
final class ManifestLastDraft implements SetDraft {
  private final FileLayer files;
  private final Path set;

  /** What is there and ours, newest first. */
  private final Deque<Path> made = new ArrayDeque<>();

  /** What the manifest says, as far as it was written. */
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();

  private boolean begun;

  /** Whether a file may be there, or turn up, of which that isn't known. */
  private boolean unsure;

  private boolean sealed;
  private boolean published;
  private boolean met;

  ManifestLastDraft(FileLayer files, Path set) {
    this.files = files;
    this.set = set;
  }

  @Override
  public FileLayer.Output create(String name) throws IOException {
    makeDirectory();
    Path file = set.resolve(name);
    FileLayer.Output out;
    try {
      out = files.create(file);
    } catch (FileAlreadyExistsException e) {
      throw another(file, e);
    }
    return new FileLayer.Output() {
      private boolean closed;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        if (name.equals(SetFiles.MANIFEST)) {
          ByteBuffer copy = bytes.duplicate();
          while (copy.hasRemaining()) {
            manifest.write(copy.get());
          }
        }
        out.write(bytes);
      }

      @Override
      public void force() throws IOException {
        out.force();
      }

      @Override
      public void close() throws IOException {
        if (!closed) {
          closed = true;
          make(file, out::close);
        }
      }

      @Override
      public void abandon() throws IOException {
        if (!closed) {
          closed = true;
          unsure = true; // where nobody saw it, there may be another's
          out.abandon();
        }
      }
    };
  }

  private interface Step {
    void run() throws IOException;
  }

  /** After {@code step} the file is there and ours; if it fails in some way nobody knows. */
  private void make(Path file, Step step) throws IOException {
    boolean known = false;
    try {
      step.run();
      made.addFirst(file);
      known = true;
    } catch (FileAlreadyExistsException e) {
      known = true;
      throw another(file, e);
    } finally {
      unsure |= !known;
    }
  }

  /** An object store has none; others want it before anything is in it. */
  private void makeDirectory() throws IOException {
    if (!begun && !Files.isDirectory(set)) {
      try {
        files.createDirectory(set);
      } catch (FileAlreadyExistsException e) {
        throw another(set, e);
      }
    }
    begun = true;
  }

  private IOException another(Path file, FileAlreadyExistsException e) {
    met = true;
    return new IOException(
        "%s: found there already, of another writer, wanted to be the only one".formatted(file), e);
  }

  /** Whether something was there already that this draft did not make. */
  boolean metAnother() {
    return met;
  }

  /** Whether no other draft may have its number. */
  boolean isSpent() {
    return met || published || sealed;
  }

  /**
   * Makes sure that nobody will complete a set, and removes what there is of it.
   *
   * @return whether it is so; else it is complete
   */
  static boolean seal(FileLayer files, Path set) throws IOException {
    Path manifest = set.resolve(SetFiles.MANIFEST);
    try {
      files.create(manifest).close();
    } catch (FileAlreadyExistsException e) {
      if (SetNames.exists(set)) {
        return false;
      }
    }
    for (Path file : FileLayer.entries(set)) {
      if (!file.getFileName().toString().equals(SetFiles.MANIFEST)) {
        files.delete(file);
      }
    }
    return true;
  }

  @Override
  public void parent(Path parent) throws IOException {
    makeDirectory();
    Path link = set.resolve(SetFiles.PARENT);
    Path target = set.getFileSystem().getPath("..").resolve(parent.getFileName().toString());
    make(link, () -> files.link(link, target));
  }

  /** The manifest was written before: the set exists. The newest dump is the one to restore. */
  @Override
  public Path publish(boolean newest) {
    published = true;
    return set;
  }

  @Override
  public void close() throws IOException {
    if (published) {
      return;
    }
    if (unsure) {
      settle();
    }
    while (!made.isEmpty()) {
      files.delete(made.getFirst());
      made.removeFirst();
    }
    if (!met && !sealed) {
      files.delete(set);
    }
  }

  /**
   * The manifest goes first: before that the set may be one that is whole, afterwards none, and
   * what was sent of it and turns up late is refused.
   */
  private void settle() throws IOException {
    Path file = set.resolve(SetFiles.MANIFEST);
    while (!seal(files, set)) {
      if (!Arrays.equals(RegularFile.read(file), manifest.toByteArray())) {
        met = true;
        unsure = false;
        return;
      }
      files.delete(file);
    }
    made.clear();
    sealed = true;
    unsure = false;
  }
}
