package dev.ooh.cli;

/** The command line asks for something that isn't there: exit status 2. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, the value found and the value wanted. */
  public UsageException(String message) {
    super(message);
  }
}
