package dev.ooh.recording;

import java.io.IOException;

/** A file is not the recording that was wanted; the message names it and is for people. */
public final class RecordingException extends IOException {
  private static final long serialVersionUID = 1L;

  RecordingException(String message) {
    super(message);
  }
}
