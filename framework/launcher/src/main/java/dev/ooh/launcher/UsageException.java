package dev.ooh.launcher;

/** The command line is wrong; the message is one line that names what was found and wanted. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
