package dev.ooh.checkpoints;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The real file system, on which threads of some name begin to write files when they may. */
final class HeldFiles extends DiskFiles {
  private final String threads;
  final CountDownLatch begun = new CountDownLatch(1);
  final CountDownLatch mayGoOn = new CountDownLatch(1);
  volatile boolean full;
  volatile boolean directories = true;
  volatile long usable = Long.MAX_VALUE;

  /**
   * @param threads how the names of those that are held begin
   */
  HeldFiles(String threads) {
    this.threads = threads;
  }

  /** Holds chains that are being folded. */
  static HeldFiles folds() {
    return new HeldFiles(Folding.THREAD);
  }

  @Override
  public Output create(Path file) throws IOException {
    if (Thread.currentThread().getName().startsWith(threads)) {
      begun.countDown();
      try {
        mayGoOn.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (full) {
        throw new IOException(file + ": write failed: No space left on device");
      }
    }
    return super.create(file);
  }

  @Override
  public long usableSpace(Path path) {
    return usable;
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    if (!directories) {
      throw new IOException(directory + ": No space left on device");
    }
    super.createDirectory(directory);
  }
}
