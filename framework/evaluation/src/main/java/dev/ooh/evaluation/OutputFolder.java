package dev.ooh.evaluation;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.evaluation.run.Orphans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Where an evaluation goes. What it measured lies in {@code runs}, made by one version: another
 * version's measurements are not to be mixed with this one's. One evaluation at a time has it.
 */
final class OutputFolder implements AutoCloseable {
  private static final String VERSION = "version.txt";
  private static final String HOLDER = "holder.txt";
  private static final long PATIENCE_SECONDS = 10;

  private final Path path;
  private final FileChannel holder;

  private OutputFolder(Path path, FileChannel holder) {
    this.path = path;
    this.holder = holder;
  }

  /**
   * Opens it, making it where it isn't there.
   *
   * @param who asks, as another one is told that finds it in use
   * @throws CommandException when it can't be written to, is in use or holds another version's
   *     measurements
   */
  static OutputFolder open(Path path, String version, String who) throws CommandException {
    return open(path, version, who, PATIENCE_SECONDS);
  }

  /** As above, waiting no longer than this for the end of what a killed evaluation left. */
  static OutputFolder open(Path path, String version, String who, long patienceSeconds)
      throws CommandException {
    Path runs = path.resolve("runs");
    FileChannel holder = null;
    boolean complete = false;
    try {
      Files.createDirectories(runs);
      holder = hold(runs.resolve(HOLDER), path, who);
      Orphans.await(runs, patienceSeconds);
      check(path, runs, version);
      complete = true;
      return new OutputFolder(path, holder);
    } catch (IOException e) {
      throw new CommandException(
          "--out is %s, wanted a folder that can be written to: %s"
              .formatted(path, ErrorText.reason(e)),
          e);
    } finally {
      if (!complete) {
        release(holder);
      }
    }
  }

  /** The lock goes with the process, however it ends; the file stays, and is in nobody's way. */
  private static FileChannel hold(Path file, Path path, String who)
      throws IOException, CommandException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    boolean held = false;
    try {
      held = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Another evaluation in this process.
    }
    if (!held) {
      channel.close();
      String found = Files.readString(file).strip();
      throw new CommandException(
          "%s is in use by %s: wait for its end, or take another folder"
              .formatted(path, found.isEmpty() ? "another evaluation" : found));
    }
    String line = "process %d (%s)%n".formatted(ProcessHandle.current().pid(), who);
    channel.truncate(0).write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 0);
    return channel;
  }

  private static void check(Path path, Path runs, String version)
      throws IOException, CommandException {
    Path file = runs.resolve(VERSION);
    if (!Files.exists(file)) {
      Files.writeString(file, version + "\n");
      return;
    }
    String found = Files.readString(file).strip();
    if (!found.equals(version)) {
      throw new CommandException(
          "%s holds measurements of version %s, wanted %s: take another folder, or remove %s"
              .formatted(path, found, version, runs));
    }
  }

  Path path() {
    return path;
  }

  Path runs() {
    return path.resolve("runs");
  }

  /** Writes a file, whole or not at all. */
  void write(String name, byte[] contents) throws CommandException {
    Path part = path.resolve("." + name + ".part");
    try {
      Files.write(part, contents);
      Files.move(
          part,
          path.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandException(
          "%s can't be written: %s".formatted(path.resolve(name), ErrorText.reason(e)), e);
    }
  }

  void write(String name, String contents) throws CommandException {
    write(name, contents.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    release(holder);
  }

  private static void release(@Nullable FileChannel holder) {
    if (holder != null) {
      try {
        holder.close();
      } catch (IOException e) {
        System.getLogger(OutputFolder.class.getName())
            .log(System.Logger.Level.DEBUG, "could not close the lock", e);
      }
    }
  }
}
