package dev.ooh.image.fuzz;

import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Memory from address 0 on that is filled as a kernel does: the last page of a file that is mapped
 * ends in zeros, and there are none beyond it.
 */
final class FilledBytes implements FileContents.Filling {
  private final byte[] memory;

  FilledBytes(int bytes) {
    memory = new byte[bytes];
  }

  byte[] contents() {
    return memory;
  }

  @Override
  public int mostMappings() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void map(Path file, long offset, long address, long bytes) throws IOException {
    int at = Math.toIntExact(address);
    int read = read(file, offset, at, Math.toIntExact(bytes));
    if (bytes - read >= PageSet.PAGE_SIZE) {
      throw new AssertionError("pages beyond the end of %s would be mapped".formatted(file));
    }
    Arrays.fill(memory, at + read, at + Math.toIntExact(bytes), (byte) 0);
  }

  @Override
  public void copy(Path file, long offset, long address, long bytes) throws IOException {
    if (read(file, offset, Math.toIntExact(address), Math.toIntExact(bytes)) < bytes) {
      throw new EOFException(file + " ends early");
    }
  }

  private int read(Path file, long offset, int at, int bytes) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(memory, at, bytes);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(offset);
      while (target.hasRemaining() && channel.read(target) >= 0) {}
    }
    return bytes - target.remaining();
  }

  @Override
  public void zero(long address, long bytes) {
    int at = Math.toIntExact(address);
    Arrays.fill(memory, at, at + Math.toIntExact(bytes), (byte) 0);
  }

  @Override
  public void close() {}
}
