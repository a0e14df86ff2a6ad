package dev.ooh.image.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes that dumps make to the file system, each of which may fail and at each of which the
 * process may be killed. Exceptions name the file.
 */
public interface FileLayer {
  /**
   * What of all this works in {@code directory}, which exists.
   *
   * @throws IOException also where a file can be created that is there already, as nothing works
   *     then
   */
  default FileAbilities abilities(Path directory) throws IOException {
    return FileAbilities.ALL;
  }

  /** Makes one directory that only its owner may enter: images hold a program's memory. */
  void createDirectory(Path directory) throws IOException;

  /**
   * Creates a new file for writing. Where others see it only when it is closed, closing it throws
   * FileAlreadyExistsException if it is there by then, and after a failed write nobody ever does.
   */
  Output create(Path file) throws IOException;

  /** Creates a new file for writing here and there; only asked for where files can be mapped. */
  default Rewritable createRewritable(Path file) throws IOException {
    throw new UnsupportedOperationException(file + ": its file system has no such files");
  }

  /** Bytes that may still be written to the disk of {@code path}, as far as that is known. */
  default long usableSpace(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  /** Makes the entries of {@code directory} durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Gives {@code from} the name {@code to}, which must not exist. */
  void rename(Path from, Path to) throws IOException;

  /** Gives {@code from} the name {@code to}; whatever had it is gone in the same instant. */
  void replace(Path from, Path to) throws IOException;

  /** Makes {@code link} a symbolic link to {@code target}, or a file that says so. */
  void link(Path link, Path target) throws IOException;

  /** Removes a file, a link or an empty directory; nothing happens if it isn't there. */
  void delete(Path path) throws IOException;

  /** Removes a file or link, or a directory with all that is in it; nothing if it isn't there. */
  default void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : entries(path)) {
        deleteTree(entry);
      }
    }
    delete(path);
  }

  /** All that is in a directory. */
  static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    }
    return entries;
  }

  /**
   * Creates {@code file} if need be and locks it, until what is returned is closed or the process
   * dies.
   *
   * @throws FileSystemException saying who holds it, when this or another process does
   */
  Closeable lock(Path file) throws IOException;

  /** A file being written. */
  interface Output extends Closeable {
    /** Writes all that remains in {@code bytes}. */
    void write(ByteBuffer bytes) throws IOException;

    /** Makes the contents durable. */
    void force() throws IOException;

    /** As {@link #writeWhole(Contents)}. */
    default void writeWhole(byte[] bytes) throws IOException {
      writeWhole(out -> out.write(ByteBuffer.wrap(bytes)));
    }

    /**
     * Writes {@code contents}, which are all of the file, makes them durable and closes it. If they
     * can't be written it is {@linkplain #abandon abandoned}.
     */
    default void writeWhole(Contents contents) throws IOException {
      try {
        contents.writeTo(this);
        force();
      } catch (IOException | RuntimeException | Error e) {
        try {
          abandon();
        } catch (IOException more) {
          e.addSuppressed(more);
        }
        throw e;
      }
      close();
    }

    /**
     * Closes a file that is not whole. Where others see it only when it is closed, they never see
     * more of it than that it is empty.
     */
    default void abandon() throws IOException {
      close();
    }
  }

  /** All that a file is to have. */
  interface Contents {
    void writeTo(Output out) throws IOException;
  }

  /** A file any part of which is written again and again. */
  interface Rewritable extends Closeable {
    /** Writes all that remains in {@code bytes} at {@code offset}. */
    void write(ByteBuffer bytes, long offset) throws IOException;

    /** Makes it so many bytes long, or leaves it longer; what is new are zeros. */
    void reach(long bytes) throws IOException;

    /** Makes the contents durable. */
    void force() throws IOException;
  }
}
