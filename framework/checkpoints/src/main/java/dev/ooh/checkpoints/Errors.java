package dev.ooh.checkpoints;

import java.io.IOException;

/**
 * Errors as failures that a {@link CheckpointListener} is told of: when memory or threads run out,
 * a program may well go on, and its checkpoints must then.
 */
final class Errors {
  private Errors() {}

  static IOException told(String what, Error error) {
    return new IOException(what + ": " + error, error);
  }
}
