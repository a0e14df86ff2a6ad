package dev.ooh.criu.toy;

import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.file.FileAbilities;
import dev.ooh.image.file.FileLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The real file system, which fails at one chosen step: the disk is full, or the process is killed
 * there and does nothing more.
 */
public final class FaultyFiles implements FileLayer {
  private final FileLayer disk;
  private final List<Closeable> locks = new ArrayList<>();
  private final int failingStep;
  private final boolean kill;
  private int step;
  private boolean dead;

  /** The process is gone. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Never fails; counts steps. */
  public FaultyFiles() {
    this(Integer.MAX_VALUE, false);
  }

  public FaultyFiles(int failingStep, boolean kill) {
    this(new DiskFiles(), failingStep, kill);
  }

  /** Of another file system. */
  public FaultyFiles(FileLayer disk, int failingStep, boolean kill) {
    this.disk = disk;
    this.failingStep = failingStep;
    this.kill = kill;
  }

  public int steps() {
    return step;
  }

  /** Whether the step came. */
  public boolean failed() {
    return step > failingStep;
  }

  /** The process is killed now. */
  public void kill() throws IOException {
    dead = true;
    for (Closeable lock : locks) {
      lock.close(); // as the kernel does for the dead
    }
  }

  private boolean next() throws IOException {
    if (dead) {
      throw new Killed();
    }
    if (step++ == failingStep) {
      if (kill) {
        kill();
      }
      return true;
    }
    return false;
  }

  private void fail() throws IOException {
    if (kill) {
      throw new Killed();
    }
    throw new IOException("No space left on device");
  }

  private void step() throws IOException {
    if (next()) {
      fail();
    }
  }

  @Override
  public FileAbilities abilities(Path directory) throws IOException {
    return disk.abilities(directory);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    step();
    disk.createDirectory(directory);
  }

  @Override
  public Output create(Path file) throws IOException {
    step();
    Output out = disk.create(file);
    return new Output() {
      private boolean broken;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        if (next()) {
          broken = true;
          ByteBuffer half = bytes.slice(bytes.position(), bytes.remaining() / 2);
          out.write(half);
          fail();
        }
        out.write(bytes);
      }

      @Override
      public void force() throws IOException {
        step(); // the kernel outlives the process, so nothing need reach the disk
      }

      @Override
      public void close() throws IOException {
        if (!broken && !dead) { // else nobody is to see it where closing is what shows it
          out.close();
        }
      }
    };
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    disk.rename(from, to);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    step();
    disk.replace(from, to);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    step();
    disk.link(link, target);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (dead) {
      throw new Killed();
    }
    disk.delete(path); // a full disk deletes
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    step();
    Closeable lock = disk.lock(file);
    locks.add(lock);
    return lock;
  }
}
