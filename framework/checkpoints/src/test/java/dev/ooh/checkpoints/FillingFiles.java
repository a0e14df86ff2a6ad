package dev.ooh.checkpoints;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The real file system, on a disk with so much room. */
final class FillingFiles extends DiskFiles {
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  void room(long bytes) {
    room.set(bytes);
  }

  @Override
  public Output create(Path file) throws IOException {
    Output out = super.create(file);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        long before =
            room.getAndUpdate(left -> left == Long.MAX_VALUE ? left : Math.max(0, left - length));
        if (length > before) {
          out.write(bytes.slice(bytes.position(), (int) before));
          throw new IOException(file + ": write failed: No space left on device");
        }
        out.write(bytes);
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
