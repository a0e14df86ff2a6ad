package dev.ooh.evaluation;

import dev.ooh.cli.UsageException;
import dev.ooh.evaluation.figure.Experiment;
import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Sees, before anything runs, that a cost profile has the costs that experiments need. */
final class ProfileCheck {
  /**
   * Costs of ordinary work, without which programs take no time: a profile may lack them, as long
   * as nothing but the array is run.
   */
  private static final List<String> WORK =
      List.of(
          "work.unit",
          "poll",
          "tlb.miss",
          "context.switch",
          "demand.zero.fault",
          "copy.on.write.fault");

  /** What a switch of machines costs. */
  private static final List<String> SWITCH =
      List.of("external.interrupt.exit", "vmptrld", "vmclear");

  private static final Set<String> PROGRAMS = Set.of("gc", "checkpoint");

  private ProfileCheck() {}

  /**
   * Looks at {@code profile}.
   *
   * @param priced the events that it has costs for
   * @throws UsageException if it lacks a cost, naming that and what needs it
   */
  static void check(Set<String> priced, String profile, List<Experiment> experiments)
      throws UsageException {
    for (String cost : Stream.concat(WORK.stream(), SWITCH.stream()).toList()) {
      List<String> users = new ArrayList<>();
      for (Experiment experiment : experiments) {
        if (experiment.runs().stream().anyMatch(run -> needs(run, cost))) {
          users.add(experiment.name());
        }
      }
      if (!priced.contains(cost) && !users.isEmpty()) {
        throw new UsageException(
            "cost profile %s: %s is missing, wanted a row with its cost, by which %s are priced; or --only what does without"
                .formatted(profile, cost.replace('.', '_'), String.join(", ", users)));
      }
    }
  }

  private static boolean needs(Measurement run, String cost) {
    boolean ofProfile = run.option("--profile").isEmpty();
    return ofProfile
        && (SWITCH.contains(cost)
            ? run.machines() > 1
            : PROGRAMS.contains(run.arguments().getFirst()));
  }
}
