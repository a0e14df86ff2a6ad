package dev.ooh.conformance;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import java.util.List;

/**
 * The part of law 6 that says how loud doubt is: what is reported without having been seen written
 * has a reason, and no reason is dropped for another one.
 */
final class Doubts {
  /** What the core says for all that it has no more room for. */
  private static final String FURTHER = "further reasons";

  private Doubts() {}

  /**
   * Each reason that concerns a scanned page is in the interval.
   *
   * @param scanned what was asked for and not for the first time, as that is a reason by itself
   * @param answer of the session that was asked for the interval
   * @throws LawViolation if one is missing or says nothing
   */
  static void checkReasons(Interval interval, PageSet scanned, Gathered answer) {
    List<String> reasons = interval.reasons();
    for (Unseen unseen : answer.unseen()) {
      if (unseen.reason().isBlank()) {
        throw new LawViolation("law 6: a session doubts %s for no reason".formatted(unseen));
      }
      boolean concerned = unseen.pages().intersects(scanned);
      if (concerned && !reasons.contains(unseen.reason()) && !reasons.contains(FURTHER)) {
        throw new LawViolation(
            "law 6: %s is doubted since '%s', and the reasons are %s"
                .formatted(unseen.pages(), unseen.reason(), reasons));
      }
    }
  }

  /**
   * What a session says it saw written was written, unless it says that it doubts everything.
   *
   * @param untouched pages that it reported as written though nobody touched them
   * @throws LawViolation if there are any
   */
  static void checkClaims(Interval interval, PageSet untouched, Gathered answer) {
    if (!untouched.isEmpty() && answer.lost().isEmpty()) {
      throw new LawViolation(
          "law 6: %s says that %s was written, which nobody touched, and gives no reason"
              .formatted(interval, untouched));
    }
  }
}
