package dev.ooh.tracking;

/** A technique can't do what it was asked; the message names what was found and what was wanted. */
public class TrackingException extends Exception {
  private static final long serialVersionUID = 1L;

  public TrackingException(String message) {
    super(message);
  }

  public TrackingException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What the user can do about it, for people; empty when nothing is known. */
  public String remedy() {
    return "";
  }
}
