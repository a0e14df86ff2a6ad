package dev.ooh.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * Standard error until the process is told to end; then the line of progress that stands there is
 * cleared, and nothing more comes: what a command says that loses its bundles or files under it
 * misleads. For any thread.
 */
final class HushableStream extends OutputStream {
  private static final byte[] CLEAR_LINE = "\r\033[K".getBytes(StandardCharsets.US_ASCII);

  private final OutputStream target;
  private final BooleanSupplier ending;
  private boolean hushed;
  private boolean progress;

  /**
   * @param ending whether the process ends, which others may learn before whoever calls {@link
   *     #hush}
   */
  HushableStream(OutputStream target, BooleanSupplier ending) {
    this.target = target;
    this.ending = ending;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (!hushed && ending.getAsBoolean()) {
      hush();
    }
    if (hushed) {
      return;
    }
    for (int i = offset; i < offset + length; i++) {
      // Only a line of progress is returned to.
      progress = bytes[i] == '\r' || (progress && bytes[i] != '\n');
    }
    target.write(bytes, offset, length);
  }

  @Override
  public synchronized void flush() throws IOException {
    target.flush();
  }

  /** Ends it. */
  synchronized void hush() {
    if (!hushed) {
      hushed = true;
      if (progress) {
        say(CLEAR_LINE);
      }
    }
  }

  /** Writes a line all the same. */
  synchronized void lastWord(String line) {
    say((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
  }

  private void say(byte[] bytes) {
    try {
      target.write(bytes);
      target.flush();
    } catch (IOException e) {
      // Nobody is left who could be told.
    }
  }
}
