package dev.ooh.image.writer;

import dev.ooh.image.file.FileLayer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes to a file of a set and says what the manifest is to say of it. For one thread. */
final class DigestedFile extends OutputStream {
  private final FileLayer.Output out;
  private final CRC32C crc = new CRC32C();
  private long bytes;

  DigestedFile(FileLayer.Output out) {
    this.out = out;
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    crc.update(from, offset, length);
    bytes += length;
    out.write(ByteBuffer.wrap(from, offset, length));
  }

  long bytes() {
    return bytes;
  }

  int digest() {
    return (int) crc.getValue();
  }
}
