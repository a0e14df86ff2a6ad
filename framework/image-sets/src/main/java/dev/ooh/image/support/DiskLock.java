package dev.ooh.image.support;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file that one holder locks, among all processes and within one. The file stays where it is when
 * the lock is given back, and names its last holder.
 *
 * <p>The kernel's locks belong to a process, which loses its lock on a file as soon as it closes
 * any descriptor of it (fcntl(2), F_SETLK). So a second holder within the process must not even
 * open the file. Who holds it is a system property, as bundles of this class have statics of their
 * own.
 */
public final class DiskLock implements Closeable {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final String property;
  private final FileChannel channel;
  private boolean closed;

  private DiskLock(String property, FileChannel channel) {
    this.property = property;
    this.channel = channel;
  }

  /**
   * Locks {@code file}, which is made where it isn't there.
   *
   * @param file a path without symbolic links
   * @throws FileSystemException saying who holds it
   */
  public static DiskLock take(Path file) throws IOException {
    return take(file, () -> {});
  }

  /**
   * As above.
   *
   * @param opened is run each time after the file was opened and before it is locked
   */
  static DiskLock take(Path file, Runnable opened) throws IOException {
    String property = "ooh.lock:" + file;
    String self = "process " + ProcessHandle.current().pid();
    if (System.getProperties().putIfAbsent(property, self) != null) {
      throw held(file, self + ", this one,");
    }
    boolean taken = false;
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted(); // which would close the channel that is written to
        DiskLock lock = lock(file, property, opened);
        lock.sign(self);
        if (lock.channel.isOpen()) {
          taken = true;
          return lock;
        }
      }
    } finally {
      if (!taken) {
        System.clearProperty(property);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static DiskLock lock(Path file, String property, Runnable opened) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean done = false;
      try {
        opened.run();
        if (channel.tryLock() == null) {
          throw held(file, holder(file));
        }
        done = isOpen(file);
        if (done) {
          return new DiskLock(property, channel);
        }
      } finally {
        if (!done) {
          channel.close();
        }
      }
    }
  }

  /**
   * Whether a descriptor of this process is of the file that has the name now. Whoever held the
   * lock before may have deleted it meanwhile: a lock on that one keeps nobody out. No other
   * descriptor of this process is ever of such a file.
   */
  private static boolean isOpen(Path file) throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return true; // it can't be told
    }
    Object wanted = key(file);
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        if (wanted != null && wanted.equals(key(descriptor))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Which file it is, on which device; null if there is none. */
  private static @Nullable Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null; // closed by another thread, or deleted
    }
  }

  /**
   * A full disk keeps the holder's name from the file, which is no reason to give up. An interrupt
   * closes the channel, and the lock is lost.
   */
  private void sign(String self) {
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(self.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      // whoever is refused learns less
    }
  }

  private static String holder(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    return text.matches("process [0-9]{1,19}") ? text : "another process";
  }

  private static FileSystemException held(Path file, String holder) {
    return new FileSystemException(file.toString(), null, holder + " writes to it");
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return; // the property may be another holder's by now
    }
    closed = true;
    try {
      channel.close();
    } finally {
      System.clearProperty(property);
    }
  }
}
