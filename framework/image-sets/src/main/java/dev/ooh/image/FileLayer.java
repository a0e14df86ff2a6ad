package dev.ooh.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The changes that dumps make to the file system, each of which may fail and at each of which the
 * process may be killed. Exceptions name the file.
 */
public interface FileLayer {
  /** Makes one directory that only its owner may enter: images hold a program's memory. */
  void createDirectory(Path directory) throws IOException;

  /** Creates a new file for writing. */
  Output create(Path file) throws IOException;

  /** Makes the entries of {@code directory} durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Gives {@code from} the name {@code to}, which must not exist. */
  void rename(Path from, Path to) throws IOException;

  /** Gives {@code from} the name {@code to}; whatever had it is gone in the same instant. */
  void replace(Path from, Path to) throws IOException;

  /** Makes {@code link} a symbolic link to {@code target}. */
  void link(Path link, Path target) throws IOException;

  /** Removes a file, a link or an empty directory; nothing happens if it isn't there. */
  void delete(Path path) throws IOException;

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
  }
}
