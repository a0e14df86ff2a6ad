package dev.ooh.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
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

  private boolean begun;
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
        out.write(bytes);
      }

      @Override
      public void force() throws IOException {
        out.force();
      }

      @Override
      public void close() throws IOException {
        if (closed) {
          return;
        }
        closed = true;
        try {
          out.close();
        } catch (FileAlreadyExistsException e) {
          throw another(file, e);
        }
        made.addFirst(file);
      }
    };
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

  boolean isPublished() {
    return published;
  }

  @Override
  public void parent(Path parent) throws IOException {
    makeDirectory();
    Path link = set.resolve(ImageSet.PARENT);
    try {
      files.link(link, set.getFileSystem().getPath("..").resolve(parent.getFileName().toString()));
    } catch (FileAlreadyExistsException e) {
      throw another(link, e);
    }
    made.addFirst(link);
  }

  /** The manifest was written before: the set exists. The newest dump is the one to restore. */
  @Override
  public Path publish(boolean newest) {
    published = true;
    return set;
  }

  @Override
  public void close() throws IOException {
    if (!published) {
      while (!made.isEmpty()) {
        files.delete(made.getFirst());
        made.removeFirst();
      }
      if (!met) {
        files.delete(set);
      }
    }
  }
}
