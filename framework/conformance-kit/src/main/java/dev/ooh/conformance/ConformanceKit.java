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
  private final Duration scheduleLimit;
  private final Duration shortenLimit;

  public ConformanceKit(Subject subject) {
    this(subject, SCHEDULE_LIMIT, SHORTEN_LIMIT);
  }

  /**
   * @param scheduleLimit how long a schedule may take before it counts as one that hangs
   * @param shortenLimit how long all shorter ones may take that are tried when one broke a law
   */
  ConformanceKit(Subject subject, Duration scheduleLimit, Duration shortenLimit) {
    this.subject = subject;
    this.scheduleLimit = scheduleLimit;
    this.shortenLimit = shortenLimit;
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
      Optional<Failure> failure = failure(schedule, tally, scheduleLimit);
      if (failure.isPresent()) {
        return failure.get().ended()
            ? shorten(schedule, failure.get().violation())
            : rejected(schedule, failure.get().violation());
      }
    }
    return new Verdict.Passed(seeds, tally);
  }

  /** The first seed whose schedule breaks a law; empty when none does. Nothing is shortened. */
  public OptionalLong firstRejected(long firstSeed, int seeds) {
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      if (failure(schedule(seed), new Tally(), scheduleLimit).isPresent()) {
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

  /**
   * How a schedule failed.
   *
   * @param ended false when nobody saw it end: a shorter one might take as long to say nothing
   */
  private record Failure(LawViolation violation, boolean ended) {}

  /** Runs a schedule in a thread of its own, which is left alone when it takes too long. */
  private Optional<Failure> failure(Schedule schedule, Tally tally, Duration limit) {
    CompletableFuture<@Nullable LawViolation> end = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("conformance-" + schedule.seed())
            .start(() -> end.complete(attempt(schedule, tally)));
    try {
      return Optional.ofNullable(end.get(limit.toNanos(), TimeUnit.NANOSECONDS))
          .map(violation -> new Failure(violation, true));
    } catch (TimeoutException e) {
      LawViolation hung =
          new LawViolation("the schedule did not end within " + limit.toSeconds() + " s");
      hung.setStackTrace(thread.getStackTrace());
      return Optional.of(new Failure(hung, false));
    } catch (ExecutionException e) {
      LawViolation failed = new LawViolation("the kit failed: " + e.getCause(), e);
      return Optional.of(new Failure(failed, true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new Failure(new LawViolation("interrupted", e), false));
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

  /** Drops ever smaller parts of the schedule while it still ends and breaks a law. */
  private Verdict shorten(Schedule schedule, LawViolation violation) {
    long end = System.nanoTime() + shortenLimit.toNanos();
    Schedule shortest = schedule;
    LawViolation broken = violation;
    for (int part = schedule.steps().size() / 2; part > 0; part /= 2) {
      for (int from = 0; from < shortest.steps().size(); ) {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (!left.isPositive()) {
          break;
        }
        List<Step> fewer = new ArrayList<>(shortest.steps());
        fewer.subList(from, Math.min(fewer.size(), from + part)).clear();
        Schedule shorter = schedule.with(fewer);
        Optional<Failure> still = failure(shorter, new Tally(), left).filter(Failure::ended);
        if (still.isEmpty()) {
          from += part;
        } else {
          shortest = shorter;
          broken = still.get().violation();
        }
      }
    }
    return rejected(shortest, broken);
  }

  private static Verdict rejected(Schedule schedule, LawViolation violation) {
    return new Verdict.Rejected(
        schedule.seed(), violation, schedule.steps().stream().map(Step::toString).toList());
  }
}
