package dev.ooh.checkpoints;

import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Path;

/** Notes whether anything is mapped, and how much is copied. For one thread. */
final class NotedFilling implements FileContents.Filling {
  private final FileContents.Filling filling;
  private boolean mapped;
  private long copied;

  NotedFilling(FileContents.Filling filling) {
    this.filling = filling;
  }

  boolean mapped() {
    return mapped;
  }

  /** In pages. */
  long copied() {
    return copied;
  }

  @Override
  public int mostMappings() {
    return filling.mostMappings();
  }

  @Override
  public void map(Path file, long offset, long address, long bytes) throws IOException {
    mapped = true;
    filling.map(file, offset, address, bytes);
  }

  @Override
  public void copy(Path file, long offset, long address, long bytes) throws IOException {
    copied += bytes / PageSet.PAGE_SIZE;
    filling.copy(file, offset, address, bytes);
  }

  @Override
  public void zero(long address, long bytes) {
    filling.zero(address, bytes);
  }

  @Override
  public void close() throws IOException {
    filling.close();
  }
}
