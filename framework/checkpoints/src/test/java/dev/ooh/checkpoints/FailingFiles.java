package dev.ooh.checkpoints;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The real file system, on which one step by which sets appear or vanish fails, after as many as it
 * was told.
 */
final class FailingFiles extends DiskFiles {
  private final HeldFiles folds;
  private int stepsLeft = Integer.MAX_VALUE;
  private boolean failed;

  /** Folds are held by {@code folds}. */
  FailingFiles(HeldFiles folds) {
    this.folds = folds;
  }

  /** Lets so many steps succeed and then one fail. */
  synchronized void failAfter(int steps) {
    stepsLeft = steps;
  }

  synchronized boolean hasFailed() {
    return failed;
  }

  private synchronized void step(String what, Path path) throws IOException {
    if (stepsLeft == 0) {
      failed = true;
      stepsLeft = Integer.MAX_VALUE;
      throw new IOException(path + ": " + what + " failed: Input/output error");
    }
    if (stepsLeft != Integer.MAX_VALUE) {
      stepsLeft--;
    }
  }

  @Override
  public Output create(Path file) throws IOException {
    return folds.create(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step("renaming", from);
    super.rename(from, to);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    step("replacing", to);
    super.replace(from, to);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    step("linking", link);
    super.link(link, target);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step("syncing", directory);
    super.syncDirectory(directory);
  }
}
