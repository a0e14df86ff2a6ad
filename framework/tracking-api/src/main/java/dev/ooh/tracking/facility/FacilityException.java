package dev.ooh.tracking.facility;

import dev.ooh.tracking.TrackingException;

/** A facility's call failed; the message names address, size, call and the kernel's own reason. */
public class FacilityException extends TrackingException {
  private static final long serialVersionUID = 1L;

  public FacilityException(String message) {
    super(message);
  }

  /** The failure of a call that says enough by itself. */
  public FacilityException(Exception cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }

  public FacilityException(String message, Throwable cause) {
    super(message, cause);
  }
}
