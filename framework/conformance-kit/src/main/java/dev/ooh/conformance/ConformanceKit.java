package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs seeded random schedules of stores, fetches, aborts, switches, unmaps, forks, overflows and
 * dying techniques against an oracle, and shortens the first schedule that breaks a law.
 */
public final class ConformanceKit {
  private static final Duration SCHEDULE_LIMIT = Duration.ofSeconds(300);
  private static final Duration SHORTEN_LIMIT = Duration.ofSeconds(10);

  private final Subject subject;

  public ConformanceKit(Subject subject) {
    this.subject = subject;
  }

  /** What a run found. */
  public sealed interface Verdict {
    /**
     * Every schedule kept the laws.
     *
     * @param seeds how many schedules there were
     */
    record Passed(int seeds, Tally tally) implements Verdict {}

    /**
     * A schedule broke a law.
     *
     * @param seed whose schedule it was; {@link ConformanceKit#run} with it alone repeats it
     * @param violation which law, where
     * @param steps the shortened schedule, a line a step
     */
    record Rejected(long seed, LawViolation violation, List<String> steps) implements Verdict {
      @Override
      public String toString() {
        return "seed %d: %s%n  %s"
            .formatted(
                seed, violation.getMessage(), String.join(System.lineSeparator() + "  ", steps));
      }
    }
  }

  /** Runs the schedules of {@code seeds} seeds from {@code firstSeed} on, up to a violation. */
  public Verdict run(long firstSeed, int seeds) {
    Tally tally = new Tally();
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      Schedule schedule = schedule(seed);
      Optional<LawViolation> violation = violation(schedule, tally);
      if (violation.isPresent()) {
        return shorten(schedule, violation.get());
      }
    }
    return new Verdict.Passed(seeds, tally);
  }

  /** The first seed whose schedule breaks a law; empty when none does. Nothing is shortened. */
  public OptionalLong firstRejected(long firstSeed, int seeds) {
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      if (violation(schedule(seed), new Tally()).isPresent()) {
        return OptionalLong.of(seed);
      }
    }
    return OptionalLong.empty();
  }

  private Schedule schedule(long seed) {
    return subject.hugePages() ? Schedule.withHugePages(seed) : Schedule.of(seed);
  }

  /**
   * Runs the schedules and fails at the first violation.
   *
   * @throws LawViolation with the seed and the shortened schedule
   */
  public Tally check(long firstSeed, int seeds) {
    return switch (run(firstSeed, seeds)) {
      case Verdict.Passed passed -> passed.tally();
      case Verdict.Rejected rejected ->
          throw new LawViolation(rejected.toString(), rejected.violation());
    };
  }

  /** Opens a world for one scenario, in a thread of the space's own; used by the law tests. */
  public void inWorld(long seed, Consumer<World> scenario) {
    SpaceOptions options = subject.options().with("seed", Long.toString(seed));
    try (TrackingUnderTest tracking = subject.tracking().get();
        SharedFile file = new SharedFile();
        AddressSpace space = subject.substrate().open(options)) {
      World world = new World(subject, tracking, space, file);
      tracking.control().use(space, subject.technique());
      space
          .execution()
          .run(
              () -> {
                try {
                  scenario.accept(world);
                } finally {
                  world.close();
                }
                return true;
              });
    } catch (LawViolation e) {
      throw e;
    } catch (Exception e) {
      throw new LawViolation("%s threw %s".formatted(subject.name(), e), e);
    }
  }

  private Optional<LawViolation> violation(Schedule schedule, Tally tally) {
    CompletableFuture<@Nullable LawViolation> end = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("conformance-" + schedule.seed())
            .start(() -> end.complete(attempt(schedule, tally)));
    try {
      return Optional.ofNullable(end.get(SCHEDULE_LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      LawViolation hung =
          new LawViolation("the schedule did not end within " + SCHEDULE_LIMIT.toSeconds() + " s");
      hung.setStackTrace(thread.getStackTrace());
      return Optional.of(hung);
    } catch (ExecutionException e) {
      return Optional.of(new LawViolation("the kit failed: " + e.getCause(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new LawViolation("interrupted", e));
    }
  }

  private @Nullable LawViolation attempt(Schedule schedule, Tally tally) {
    try {
      inWorld(
          schedule.seed(),
          world -> {
            new ScheduleRunner(world, subject).run(schedule.steps());
            world.finish();
            tally.add(world.tally());
          });
      return null;
    } catch (LawViolation e) {
      return e;
    } catch (Throwable e) {
      return new LawViolation("%s threw %s".formatted(subject.name(), e), e);
    }
  }

  /** Drops ever smaller parts of the schedule while it still breaks a law. */
  private Verdict shorten(Schedule schedule, LawViolation violation) {
    long end = System.nanoTime() + SHORTEN_LIMIT.toNanos();
    List<Step> steps = schedule.steps();
    LawViolation shortest = violation;
    for (int part = steps.size() / 2; part > 0; part /= 2) {
      for (int from = 0; from < steps.size() && System.nanoTime() < end; ) {
        List<Step> fewer = new ArrayList<>(steps);
        fewer.subList(from, Math.min(steps.size(), from + part)).clear();
        LawViolation still = attempt(schedule.with(fewer), new Tally());
        if (still == null) {
          from += part;
        } else {
          steps = fewer;
          shortest = still;
        }
      }
    }
    return new Verdict.Rejected(
        schedule.seed(), shortest, steps.stream().map(Step::toString).toList());
  }
}
