package dev.ooh.gc.testing;

import dev.ooh.image.DiskFiles;
import dev.ooh.image.FileLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real file system, without waiting for the disk: nobody pulls the plug of a test. */
public final class UnsyncedFiles implements FileLayer {
  private final FileLayer disk = new DiskFiles();

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
        out.write(bytes);
      }

      @Override
      public void force() {}

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public void syncDirectory(Path directory) {}

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
