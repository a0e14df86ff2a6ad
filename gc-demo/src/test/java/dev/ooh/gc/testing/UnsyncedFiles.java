package dev.ooh.gc.testing;

import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real file system, without waiting for the disk: nobody pulls the plug of a test. */
public final class UnsyncedFiles extends DiskFiles {
  @Override
  public Output create(Path file) throws IOException {
    Output out = super.create(file);
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
}
