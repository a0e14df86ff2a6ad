package dev.ooh.conformance;

/** A law was broken; the message says which, by whom, and where. */
public final class LawViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  public LawViolation(String message) {
    super(message);
  }

  public LawViolation(String message, Throwable cause) {
    super(message, cause);
  }
}
