package dev.ooh.checkpoints;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The real file system, every change of which is written down, so that states can be made of it
 * that a loss of power may leave. What is to be forced to the disk is written down and nothing
 * else: the real power stays.
 */
final class RecordedFiles extends DiskFiles {
  private static final byte[] NOTHING = {};

  private final Path kept;
  private final List<Change> changes = new ArrayList<>();

  /** Whether nothing more can be written to files that are written again and again. */
  volatile boolean full;

  /**
   * One change.
   *
   * @param kind of change
   * @param path what is changed or made, or gets a new name
   * @param other the new name, or where a link points; of a file that is written again and again, a
   *     name that it keeps
   * @param offset in the file of what was written
   * @param bytes that were written
   * @param modified the time that the file has since then, where it counts
   */
  record Change(
      Kind kind,
      Path path,
      @Nullable Path other,
      long offset,
      byte[] bytes,
      @Nullable FileTime modified) {}

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

  /**
   * @param kept where files that are written again and again get one more name, so that a state may
   *     have the very same ones: an image may say which file it is of
   */
  RecordedFiles(Path kept) {
    this.kept = kept;
  }

  /** What happened so far. */
  synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  private synchronized void add(Change change) {
    changes.add(change);
  }

  private void add(Kind kind, Path path, @Nullable Path other) {
    add(new Change(kind, path, other, 0, NOTHING, null));
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
      private long length;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        byte[] copy = copy(bytes);
        out.write(bytes);
        add(new Change(Kind.WRITE, file, null, length, copy, null));
        length += copy.length;
      }

      @Override
      public void force() {
        add(Kind.FORCE, file, null);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return copy;
  }

  @Override
  public Rewritable createRewritable(Path file) throws IOException {
    Rewritable out = super.createRewritable(file);
    Path name = kept.resolve(file.getFileName());
    Files.createLink(name, file);
    add(Kind.CREATE, file, name);
    return new Rewritable() {
      @Override
      public void write(ByteBuffer bytes, long offset) throws IOException {
        if (full) {
          throw new IOException(file + ": write failed: No space left on device");
        }
        byte[] copy = copy(bytes);
        out.write(bytes, offset);
        written(offset, copy);
      }

      private void written(long offset, byte... bytes) throws IOException {
        add(new Change(Kind.WRITE, file, null, offset, bytes, Files.getLastModifiedTime(file)));
      }

      @Override
      public void reach(long bytes) throws IOException {
        boolean longer = Files.size(file) < bytes;
        out.reach(bytes);
        if (longer) {
          written(bytes - 1, (byte) 0);
        }
      }

      @Override
      public void force() {
        add(Kind.FORCE, file, null);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public void syncDirectory(Path directory) {
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
