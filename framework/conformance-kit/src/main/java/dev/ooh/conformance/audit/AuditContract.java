package dev.ooh.conformance.audit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ooh.conformance.LawViolation;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.core.TrackingCore;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The audit of one technique on real memory: extend it and say which. A few rounds of each scenario
 * run with the other tests; with those of the tag {@code soak}, each runs for {@code
 * ooh.soak-seconds}, 10 by default. The property {@code ooh.first-seed} repeats a run's choices;
 * what threads make of them differs from run to run.
 */
public abstract class AuditContract {
  private static final int FEW = 8;
  private static final int SECONDS = 10;

  protected abstract Substrate substrate();

  /** A core with the techniques; the contract closes it. */
  protected abstract TrackingCore core();

  /** The technique under test first, then those to switch to. */
  protected abstract List<String> techniques();

  /** How to open each space. */
  protected SpaceOptions options() {
    return SpaceOptions.named("audit");
  }

  /** What is to be gone through; a subclass may add to it. */
  protected Stream<Scenario> scenarios() {
    return new CommonScenarios().all();
  }

  @TestFactory
  Stream<DynamicTest> losesNothing() {
    return tests(scenarios().filter(scenario -> !scenario.onlyInSoak()), () -> new Rounds(FEW));
  }

  @TestFactory
  @Tag("soak")
  Stream<DynamicTest> losesNothingForLong() {
    long nanos = Integer.getInteger("ooh.soak-seconds", SECONDS) * 1_000_000_000L;
    return tests(
        scenarios(),
        () -> {
          long end = System.nanoTime() + nanos;
          return () -> System.nanoTime() - end < 0;
        });
  }

  private Stream<DynamicTest> tests(Stream<Scenario> scenarios, Supplier<BooleanSupplier> limit) {
    return scenarios.map(
        scenario -> dynamicTest(scenario.name(), () -> run(scenario, limit.get())));
  }

  private void run(Scenario scenario, BooleanSupplier more) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    try (TrackingCore core = core();
        Audit audit = new Audit(substrate(), options(), core, techniques(), seed)) {
      scenario.stage().set(audit);
      try {
        audit.run(more);
      } catch (Exception | LawViolation e) {
        throw new LawViolation(
            "ooh.first-seed=%d: %s; %s".formatted(seed, e.getMessage(), audit), e);
      }
    }
  }

  /** Says so a number of times. */
  private static final class Rounds implements BooleanSupplier {
    private int left;

    Rounds(int count) {
      left = count;
    }

    @Override
    public boolean getAsBoolean() {
      return left-- > 0;
    }
  }
}
