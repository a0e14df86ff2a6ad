package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor starts from: its classes, and the socket that it connects to. It is there while
 * one starts and no longer, whatever ends this process meanwhile: a signal finds a hook, and a
 * monitor that finds this process dead deletes the folder itself. For one thread, beside the hook.
 */
final class MonitorFolder implements AutoCloseable {
  private final Thread hook = Thread.ofPlatform().name("monitor-folder").unstarted(this::delete);
  private @Nullable Path path;
  private boolean ended;

  /** Something in the folder, or made of what is in it. */
  @FunctionalInterface
  interface Making<T> {
    T in(Path folder) throws IOException, CallException;
  }

  /** Nothing is there before it is asked for. */
  MonitorFolder() throws IOException {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      throw new IOException("this process is ending", e);
    }
  }

  /**
   * Makes something in the folder, which is not deleted meanwhile.
   *
   * @throws IOException also when this process is ending: nobody would delete it
   */
  synchronized <T> T make(Making<T> making) throws IOException, CallException {
    if (ended) {
      throw new IOException("this process is ending");
    }
    Path folder = path;
    if (folder == null) {
      folder = Files.createTempDirectory("ooh-monitor");
      path = folder;
    }
    return making.in(folder);
  }

  private synchronized void delete() {
    ended = true;
    if (path != null) {
      delete(path);
    }
  }

  /** Without what would have to be loaded first: the bundle may have ended where a hook runs. */
  static void delete(Path file) {
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(file)) {
          for (Path entry : entries) {
            delete(entry);
          }
        }
      }
      Files.deleteIfExists(file);
    } catch (IOException | DirectoryIteratorException e) {
      System.getLogger(MonitorFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "left behind: " + file, e);
    }
  }

  /** Deletes it. */
  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs, or did, and has found nothing.
    }
  }
}
