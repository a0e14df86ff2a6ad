package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.SharedObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A host file behind shared mappings: pages are read when first touched, written when unmapped. */
final class MappedFile implements SharedObject.Contents {
  private final Path file;

  MappedFile(Path file) {
    this.file = file;
  }

  @Override
  public void load(long offset, byte[] page) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.wrap(page);
      while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
        // Beyond the end of the file a page is zero.
      }
    } catch (IOException e) {
      throw new UncheckedIOException("read page 0x%x of %s".formatted(offset, file), e);
    }
  }

  @Override
  public void store(long offset, byte[] page) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long length = Math.min(page.length, channel.size() - offset);
      if (length > 0) {
        ByteBuffer buffer = ByteBuffer.wrap(page, 0, (int) length);
        while (buffer.hasRemaining()) {
          channel.write(buffer, offset + buffer.position());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("write page 0x%x of %s".formatted(offset, file), e);
    }
  }
}
