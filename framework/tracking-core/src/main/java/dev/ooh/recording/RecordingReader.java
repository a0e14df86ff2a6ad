package dev.ooh.recording;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a recording from its beginning. Not for several threads. */
public final class RecordingReader implements Closeable {
  private static final int BUFFER = 1 << 20;

  private final Path file;
  private final long size;
  private final InputStream in;
  private final BlockLayout layout = new BlockLayout();
  private long position;
  private boolean ended;

  /**
   * Opens {@code file}.
   *
   * @throws RecordingException if it is no recording, or one of another version
   */
  public RecordingReader(Path file) throws IOException {
    this.file = file;
    this.size = Files.size(file);
    this.in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      BlockLayout.check(file.toString(), ByteBuffer.wrap(bytes(BlockLayout.HEADER_BYTES)));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * The next whole block; empty at the end, and where the file is cut short.
   *
   * @throws RecordingException if it is damaged
   */
  public Optional<Block> next() throws IOException {
    if (size - position < BlockLayout.FRAME_BYTES) {
      return Optional.empty();
    }
    long start = position;
    ByteBuffer frame = ByteBuffer.wrap(bytes(8)).order(ByteOrder.LITTLE_ENDIAN);
    int length = frame.getInt();
    if (length < 0) {
      throw damaged(start, "a block of %d bytes".formatted(length));
    }
    if (size - position < length + 1L) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes(length + 1));
    int found = BlockLayout.checksum(fields);
    int wanted = frame.getInt();
    if (found != wanted) {
      throw damaged(start, "checksum is %08x, wanted %08x".formatted(found, wanted));
    }
    try {
      Block block = layout.unpack(fields);
      ended = block instanceof Block.End;
      return Optional.of(block);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw damaged(start, String.valueOf(e.getMessage()));
    }
  }

  /** Whether the last block read was the recording's end. */
  public boolean isEnded() {
    return ended;
  }

  private RecordingException damaged(long start, String what) {
    return new RecordingException(
        "%s is damaged in the block at byte %d: %s".formatted(file, start, what));
  }

  /** That many, or those that are left. */
  private byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    return bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
