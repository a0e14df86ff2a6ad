package dev.ooh.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The framework's storage: a temporary folder that belongs to one process alone, because two
 * processes on one folder silently replace each other's contents. Locked while in use and deleted
 * on close; folders that killed processes left behind are swept when another one is made.
 */
final class StorageFolder implements AutoCloseable {
  private static final String PREFIX = "ooh-bundles-";
  private static final String LOCK = "lock";

  /** Between making a folder and locking it, a process must not lose it to a sweep. */
  private static final Duration YOUNG = Duration.ofMinutes(1);

  private final Path folder;
  private final FileChannel channel;

  private StorageFolder(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Makes and locks a new folder within {@code parent}, after a sweep. */
  static StorageFolder create(Path parent) throws IOException {
    sweep(parent);
    Path folder = Files.createTempDirectory(parent, PREFIX);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    channel.lock();
    return new StorageFolder(folder, channel);
  }

  /** Where the framework keeps its files. */
  Path path() {
    return folder.resolve("framework");
  }

  /** Deletes the folder. Closing twice, or in two threads, does nothing the second time. */
  @Override
  public synchronized void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      delete(folder);
    }
  }

  private static void sweep(Path parent) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : left) {
        if (isStale(folder)) {
          delete(folder);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Another user's folder, or one that another process sweeps at the same time.
      System.getLogger(StorageFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "sweep of " + parent, e);
    }
  }

  private static boolean isStale(Path folder) {
    Path lockFile = folder.resolve(LOCK);
    try {
      if (Files.getLastModifiedTime(folder).toInstant().isAfter(Instant.now().minus(YOUNG))
          || !Files.isWritable(folder)) {
        return false;
      }
      if (!Files.exists(lockFile)) {
        return true;
      }
      try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
          @Nullable FileLock lock = channel.tryLock()) {
        return lock != null;
      }
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
