package dev.ooh.tracking.facility;

import dev.ooh.tracking.TrackingException;

/** A facility's call failed; the message names address, size, call and the kernel's own reason. */
public class FacilityException extends TrackingException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  public FacilityException(String message) {
    super(message);
    remedy = "";
  }

  /** The failure of a call that says enough by itself. */
  public FacilityException(Exception cause) {
    this(cause, "");
  }

  /** As above, with what the user can do about it. */
  public FacilityException(Exception cause, String remedy) {
    super(String.valueOf(cause.getMessage()), cause);
    this.remedy = remedy;
  }

  public FacilityException(String message, Throwable cause) {
    super(message, cause);
    remedy = "";
  }

  @Override
  public String remedy() {
    return remedy;
  }
}
