package dev.ooh.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
final class DiskLock implements Closeable {
  private final String property;
  private final FileChannel channel;

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
  static DiskLock take(Path file) throws IOException {
    String property = "ooh.lock:" + file;
    String self = "process " + ProcessHandle.current().pid();
    if (System.getProperties().putIfAbsent(property, self) != null) {
      throw held(file, self + ", this one,");
    }
    DiskLock lock = null;
    try {
      lock = lock(file, property);
      if (lock == null) {
        throw held(file, holder(file));
      }
      lock.sign(self);
      return lock;
    } finally {
      if (lock == null) {
        System.clearProperty(property);
      }
    }
  }

  private static @Nullable DiskLock lock(Path file, String property) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
      return lock == null ? null : new DiskLock(property, channel);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  /** A full disk keeps the holder's name from the file, which is no reason to give up. */
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
    if (!channel.isOpen()) {
      return; // the property may be another holder's by now
    }
    try {
      channel.close();
    } finally {
      System.clearProperty(property);
    }
  }
}
