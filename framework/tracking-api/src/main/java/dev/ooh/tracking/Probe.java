package dev.ooh.tracking;

import java.util.Objects;

/**
 * What trying a technique showed.
 *
 * @param usable whether it works on that address space
 * @param reason when usable, the mode that was chosen and tried; when not, what was tried and what
 *     happened
 * @param remedy what the user can do about a refusal; empty when nothing, or when usable
 */
public record Probe(boolean usable, String reason, String remedy) {
  public Probe {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(remedy, "remedy");
  }

  public static Probe usable(String mode) {
    return new Probe(true, mode, "");
  }

  public static Probe refused(String reason, String remedy) {
    return new Probe(false, reason, remedy);
  }
}
