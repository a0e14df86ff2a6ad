package dev.ooh.image.input;

import dev.ooh.image.ImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files that are read again and again, few enough of them at a time. For one thread. */
public final class OpenFiles implements AutoCloseable {
  /** Few enough for a process's limit, however long a chain is. */
  private static final int MOST = 64;

  private final Map<Path, SeekableByteChannel> open = new LinkedHashMap<>();

  /**
   * Fills {@code target}, from its position to its limit, with what {@code file} has from {@code
   * offset} on.
   *
   * @throws IOException naming the file and the offset
   */
  public void read(Path file, long offset, ByteBuffer target) throws IOException {
    SeekableByteChannel channel = get(file);
    int first = target.position();
    while (target.hasRemaining()) {
      long at = offset + target.position() - first;
      if (read(file, channel, at, target) < 0) {
        throw new ImageException(file, at, "the end", target.remaining() + " bytes more");
      }
    }
  }

  private static int read(Path file, SeekableByteChannel channel, long at, ByteBuffer target)
      throws IOException {
    try {
      return channel instanceof FileChannel any
          ? any.read(target, at)
          : channel.position(at).read(target);
    } catch (ClosedChannelException e) {
      throw e; // by an interrupt: nothing is wrong with the file
    } catch (IOException e) {
      throw new IOException(
          "%s at offset %d: read failed: %s".formatted(file, at, e.getMessage()), e);
    }
  }

  private SeekableByteChannel get(Path file) throws IOException {
    SeekableByteChannel channel = open.get(file);
    if (channel == null) {
      if (open.size() == MOST) {
        close();
      }
      try {
        channel = Files.newByteChannel(file, StandardOpenOption.READ);
      } catch (AccessDeniedException e) {
        throw ImageException.denied(file);
      }
      open.put(file, channel);
    }
    return channel;
  }

  @Override
  public void close() throws IOException {
    for (SeekableByteChannel channel : open.values()) {
      channel.close();
    }
    open.clear();
  }
}
