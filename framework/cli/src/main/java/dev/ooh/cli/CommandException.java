package dev.ooh.cli;

/** A command could not do what it was asked: exit status 1. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The message names the thing, the value found and the value wanted. */
  public CommandException(String message) {
    super(message);
  }

  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
