package dev.ooh.workloads.phoenix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that an application reads into its heap. */
interface Input {
  /** Bytes, when the configuration asks for {@code wanted}. */
  long length(long wanted);

  /**
   * Reads {@code length} bytes from {@code position} on, all within the input.
   *
   * @throws UncheckedIOException naming the file
   */
  void read(long position, byte[] target, int length);

  /** A file, once, whatever the configuration asks for. */
  record FileInput(Path file) implements Input {
    @Override
    public long length(long wanted) {
      try {
        return Files.size(file);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    @Override
    public void read(long position, byte[] target, int length) {
      try (FileChannel channel = FileChannel.open(file)) {
        ByteBuffer buffer = ByteBuffer.wrap(target, 0, length);
        while (buffer.hasRemaining()) {
          if (channel.read(buffer, position + buffer.position()) < 0) {
            throw new IOException(
                "it ends at byte %d, wanted %d"
                    .formatted(position + buffer.position(), position + length));
          }
        }
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
  }

  static UncheckedIOException unreadable(Path path, IOException cause) {
    return new UncheckedIOException(
        "input " + path + " can't be read: " + cause.getMessage(), cause);
  }
}
