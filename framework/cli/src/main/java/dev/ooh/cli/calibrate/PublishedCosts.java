package dev.ooh.cli.calibrate;

import dev.ooh.cli.CommandException;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What can't be measured here, as the profile {@code sc22} prices it. */
final class PublishedCosts {
  private static final String PROFILE = "sc22";

  private PublishedCosts() {}

  /**
   * Asks the simulated machine.
   *
   * @param megabytes the sizes at which to ask, where the size counts
   */
  static List<Cost> of(Substrate virtual, List<ProfileEvent> events, List<Integer> megabytes)
      throws CommandException {
    SpaceOptions options = SpaceOptions.named("calibrate").with("cost-profile", PROFILE);
    try (AddressSpace space = virtual.open(options)) {
      SimulatedCosts costs =
          space
              .facility(SimulatedCosts.class)
              .orElseThrow(
                  () ->
                      new CommandException(
                          "substrate %s prices nothing, wanted the profile %s of it"
                              .formatted(virtual.name(), PROFILE)));
      List<Cost> published = new ArrayList<>();
      for (ProfileEvent event : events) {
        List<Double> each = new ArrayList<>();
        for (int size : event.kind() == ProfileEvent.Kind.FIXED ? List.of(1) : megabytes) {
          costs.trackedBytes((long) size << 20);
          long count = event.countAt(size);
          TechniqueStatistics one = TechniqueStatistics.of(Map.of(event.statistic(), count));
          each.add(costs.price(one).total() * 1000 / count);
        }
        String source =
            event.isPublished()
                ? "not measurable here: Table IV of the paper as in the profile sc22"
                : "not measured: assumed as in the profile sc22";
        published.add(new Cost(event, each, List.of(), source));
      }
      return published;
    }
  }
}
