package dev.ooh.recording;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a recording, each block as it comes. Not for several threads. */
public final class RecordingWriter implements Closeable {
  private final FileChannel channel;
  private final BlockLayout layout = new BlockLayout();

  /** Starts a recording in {@code file}, in place of what was there. */
  public RecordingWriter(Path file) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING);
    write(BlockLayout.header());
  }

  /** Appends {@code block}. */
  public void write(Block block) throws IOException {
    write(layout.pack(block));
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
