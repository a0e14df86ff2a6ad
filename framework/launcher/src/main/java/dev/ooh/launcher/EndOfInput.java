package dev.ooh.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Ends this process when its input does: its parent, however it ended, is gone then. */
final class EndOfInput {
  /** System property: {@code true} in a process that is to end with its parent. */
  static final String PROPERTY = "ooh.ends-with-input";

  private EndOfInput() {}

  /** Runs {@code end} when there is no more of {@code input}, whose contents go nowhere. */
  static Thread watch(InputStream input, Runnable end) {
    return Thread.ofPlatform()
        .daemon()
        .name("end-of-input")
        .start(
            () -> {
              try {
                input.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // As good as the end.
              }
              end.run();
            });
  }
}
