package dev.ooh.checkpoints;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real file system, on a disk that has less room for a flat image. */
final class FlatFiles extends DiskFiles {
  /** Writes to flat images that still succeed. */
  volatile int writes = Integer.MAX_VALUE;

  /** States that can still be written. */
  volatile int statesLeft = Integer.MAX_VALUE;

  volatile boolean setsFail;
  volatile long usable = Long.MAX_VALUE;
  volatile Runnable beforeWrite = () -> {};
  volatile int created;

  private static IOException full(Path file) {
    return new IOException(file + ": write failed: No space left on device");
  }

  @Override
  public Output create(Path file) throws IOException {
    if (file.endsWith("state-new")) {
      if (statesLeft == 0) {
        throw full(file);
      }
      statesLeft--;
    } else if (setsFail) {
      throw full(file);
    }
    return super.create(file);
  }

  @Override
  public long usableSpace(Path path) {
    return usable;
  }

  @Override
  public Rewritable createRewritable(Path file) throws IOException {
    Rewritable out = super.createRewritable(file);
    created++;
    return new Rewritable() {
      @Override
      public void write(ByteBuffer bytes, long offset) throws IOException {
        beforeWrite.run();
        if (writes == 0) {
          throw full(file);
        }
        writes--;
        out.write(bytes, offset);
      }

      @Override
      public void reach(long bytes) throws IOException {
        out.reach(bytes);
      }

      @Override
      public void force() throws IOException {
        out.force();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }
}
