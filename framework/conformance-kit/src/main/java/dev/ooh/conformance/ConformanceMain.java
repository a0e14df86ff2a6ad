package dev.ooh.conformance;

import dev.ooh.conformance.ConformanceKit.Verdict;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.io.PrintStream;
import java.util.List;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.stream.Collectors;

/**
 * Runs the schedules from a command line, with the techniques and substrates of the class path:
 *
 * <pre>{@code
 * java -cp … dev.ooh.conformance.ConformanceMain SUBSTRATE TECHNIQUE [SEEDS [FIRST_SEED]]
 * }</pre>
 *
 * <p>Exits with 0 when all schedules kept the laws, with 1 after printing the failing seed and its
 * shortened schedule, and with 2 for wrong usage.
 */
public final class ConformanceMain {
  private static final int SEEDS = 1000;

  private ConformanceMain() {}

  public static void main(String[] arguments) {
    int status = run(List.of(arguments), System.out, System.err);
    // A technique that hangs may have left a thread behind.
    Runtime.getRuntime().halt(status);
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    if (arguments.size() < 2 || arguments.size() > 4) {
      err.println(
          "arguments are " + arguments + ", wanted SUBSTRATE TECHNIQUE [SEEDS [FIRST_SEED]]");
      return 2;
    }
    try {
      Substrate substrate = substrate(arguments.get(0));
      TrackingTechnique technique = technique(arguments.get(1));
      int seeds = (int) number(arguments, 2, SEEDS);
      long first = number(arguments, 3, 1);
      Verdict verdict = new ConformanceKit(Subject.plain(substrate, technique)).run(first, seeds);
      out.println(verdict);
      return verdict instanceof Verdict.Passed ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private static Substrate substrate(String name) {
    List<Substrate> all = ServiceLoader.load(Substrate.class).stream().map(Provider::get).toList();
    return all.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown("substrate", name, all.stream().map(Substrate::name).toList()));
  }

  private static TrackingTechnique technique(String name) {
    List<TrackingTechnique> all =
        ServiceLoader.load(TrackingTechnique.class).stream().map(Provider::get).toList();
    return all.stream()
        .filter(each -> each.descriptor().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                unknown(
                    "technique",
                    name,
                    all.stream().map(each -> each.descriptor().name()).toList()));
  }

  private static IllegalArgumentException unknown(String what, String name, List<String> known) {
    return new IllegalArgumentException(
        known.stream()
            .collect(
                Collectors.joining(", ", "%s is '%s', wanted one of ".formatted(what, name), "")));
  }

  private static long number(List<String> arguments, int index, long otherwise) {
    if (index >= arguments.size()) {
      return otherwise;
    }
    try {
      return Long.parseLong(arguments.get(index));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "number is '%s', wanted digits".formatted(arguments.get(index)), e);
    }
  }
}
