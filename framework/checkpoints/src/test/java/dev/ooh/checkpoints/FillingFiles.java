package dev.ooh.checkpoints;

import dev.ooh.image.DiskFiles;
import dev.ooh.image.FileLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The real file system, on a disk with so much room. */
final class FillingFiles implements FileLayer {
  private final FileLayer disk = new DiskFiles();
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  void room(long bytes) {
    room.set(bytes);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    disk.createDirectory(directory);
  }

  @Override
  public Output create(Path file) throws IOException {
    Output out = disk.create(file);
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

  @Override
  public void syncDirectory(Path directory) throws IOException {
    disk.syncDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    disk.replace(from, to);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    disk.link(link, target);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    return disk.lock(file);
  }
}
