package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;

/** Why something failed or was refused, and what the user can do about it, in one line. */
final class Reason {
  private Reason() {}

  static String of(TrackingException failure) {
    return of(String.valueOf(failure.getMessage()), failure.remedy());
  }

  static String of(Probe refused) {
    return of(refused.reason(), refused.remedy());
  }

  private static String of(String reason, String remedy) {
    return remedy.isEmpty() ? reason : "%s (%s)".formatted(reason, remedy);
  }
}
