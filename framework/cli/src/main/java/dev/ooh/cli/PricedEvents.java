package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.Set;

/** What a cost profile has prices for, for a command that leaves measuring to others. */
public final class PricedEvents {
  private static final String SUBSTRATE = "virtual";

  private PricedEvents() {}

  /**
   * Reads {@code profile}, a name or a file, by a machine that is made for it.
   *
   * @return events by name, such as {@code M1} and {@code tlb.miss}
   * @throws UsageException if it isn't there, is damaged, or lacks a cost without which nothing can
   *     be priced, naming it
   */
  public static Set<String> of(Tracking tracking, String profile) throws UsageException {
    SpaceOptions options = SpaceOptions.named("profile-probe").with("cost-profile", profile);
    try (AddressSpace trial = tracking.substrate(SUBSTRATE).open(options)) {
      return trial
          .facility(SimulatedCosts.class)
          .map(SimulatedCosts::sources)
          .orElse(Map.of())
          .keySet();
    } catch (IllegalArgumentException e) {
      throw new UsageException(ErrorText.of(e) + Session.proposal(profile));
    }
  }
}
