package dev.ooh.checkpoints;

import dev.ooh.image.DiskFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The real file system, every change of which is written down, so that states can be made of it
 * that a loss of power may leave.
 */
final class RecordedFiles extends DiskFiles {
  /** A chain is folded by a thread of its own. */
  final List<Change> changes = Collections.synchronizedList(new ArrayList<>());

  /**
   * One change.
   *
   * @param kind of change
   * @param path what is changed or made, or gets a new name
   * @param other the new name, or where a link points
   * @param bytes that were written
   */
  record Change(Kind kind, Path path, @Nullable Path other, byte[] bytes) {}

  /** Kinds of changes. */
  enum Kind {
    MAKE_DIRECTORY,
    CREATE,
    WRITE,
    FORCE,
    SYNC_DIRECTORY,
    RENAME,
    LINK,
    DELETE
  }

  private void add(Kind kind, Path path, @Nullable Path other, byte... bytes) {
    changes.add(new Change(kind, path, other, bytes));
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    super.createDirectory(directory);
    add(Kind.MAKE_DIRECTORY, directory, null);
  }

  @Override
  public Output create(Path file) throws IOException {
    Output out = super.create(file);
    add(Kind.CREATE, file, null);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        for (int i = bytes.position(); i < bytes.limit(); i++) {
          copy.write(bytes.get(i));
        }
        out.write(bytes);
        add(Kind.WRITE, file, null, copy.toByteArray());
      }

      @Override
      public void force() throws IOException {
        out.force();
        add(Kind.FORCE, file, null);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    super.syncDirectory(directory);
    add(Kind.SYNC_DIRECTORY, directory, null);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    super.rename(from, to);
    add(Kind.RENAME, from, to);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    super.replace(from, to);
    add(Kind.RENAME, from, to);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    super.link(link, target);
    add(Kind.LINK, link, target);
  }

  @Override
  public void delete(Path path) throws IOException {
    super.delete(path);
    add(Kind.DELETE, path, null);
  }
}
