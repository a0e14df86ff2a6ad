package dev.ooh.conformance.processors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TrackingUnderTest;
import dev.ooh.conformance.session.RepeatedContract;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A technique keeps every law on a machine with several virtual processors, each of which caches
 * translations and logs by itself. A technique's test extends this class.
 */
public abstract class SeveralProcessorsContract extends RepeatedContract {
  private static final int PROCESSORS = 3;

  /** More than a log of 512 entries takes. */
  private static final int PAGES_OF_EACH = 700;

  /**
   * The events, of those by which processors are interrupted, that an interval counts in which
   * another processor stored.
   */
  protected abstract Set<String> interruptions();

  /**
   * How to open a space; a subclass may add settings. Threads take turns often, so that each finds
   * what it cached before another one's fetch.
   */
  @Override
  protected SpaceOptions options() {
    return SpaceOptions.named("several")
        .with("vcpus", Integer.toString(PROCESSORS))
        .with("quantum", "8");
  }

  /** Again with a tracker in a process of its own. */
  @Override
  protected Stream<Subject> scheduled() {
    return Stream.concat(subjects(), Stream.of(subject().with("tracker", "own-process")));
  }

  // ---- What another processor has cached ------------------------------------------------------

  /**
   * The other processor has the page's translation cached as one that may be written, all flags
   * set; it must not have it any more when the page is armed again here.
   */
  @Test
  void aPageStoredToOnAnotherProcessorAgainIsInTheNextInterval() {
    inTrackedProgram(
        program -> {
          PageSet page = program.part(0, 1);
          for (int interval = 0; interval < 4; interval++) {
            program.others.getFirst().run(() -> program.write(page));
            assertEquals(page, program.fetch(), "interval " + interval);
          }
          assertEquals(PageSet.empty(), program.fetch(), "the one without a store");
        });
  }

  @Test
  void aPageStoredToByAllProcessorsIsReportedWhoeverWasLast() {
    inTrackedProgram(
        program -> {
          PageSet page = program.part(0, 1);
          for (Errands last : program.others) {
            program.write(page);
            program.others.forEach(other -> other.run(() -> program.write(page)));
            assertEquals(page, program.fetch(), "stored to by all");
            last.run(() -> program.write(page));
            assertEquals(page, program.fetch(), "stored to by one");
          }
        });
  }

  // ---- What another processor has logged ------------------------------------------------------

  @Test
  void whatEachProcessorStoredToIsInTheIntervalOfOneFetch() {
    inTrackedProgram(
        program -> {
          for (int interval = 0; interval < 2; interval++) {
            program.write(program.part(0, 1));
            for (int i = 0; i < program.others.size(); i++) {
              PageSet part = program.part((i + 1) * PAGES_OF_EACH, 1 + i);
              program.others.get(i).run(() -> program.write(part));
            }
            PageSet written =
                program
                    .part(0, 1)
                    .union(program.part(PAGES_OF_EACH, 1))
                    .union(program.part(2 * PAGES_OF_EACH, 2));
            assertEquals(written, program.fetch(), "interval " + interval);
          }
        });
  }

  @Test
  void logsThatFillAtDifferentTimesLoseNothing() {
    inTrackedProgram(
        program -> {
          for (int interval = 0; interval < 3; interval++) {
            for (int step = 0; step < PAGES_OF_EACH; step += 50) {
              int first = step;
              for (int i = 0; i < program.others.size(); i++) {
                PageSet part = program.part((i + 1) * PAGES_OF_EACH + first, 50);
                program.others.get(i).run(() -> program.write(part));
              }
              program.write(program.part(first, 10));
            }
            PageSet written = program.part(PAGES_OF_EACH, 2 * PAGES_OF_EACH);
            for (int step = 0; step < PAGES_OF_EACH; step += 50) {
              written = written.union(program.part(step, 10));
            }
            assertEquals(written, program.fetch(), "interval " + interval);
          }
        });
  }

  /** EPML's processor has just interrupted itself, and not yet taken it, when it is asked. */
  @Test
  void aLogThatIsNearlyFullWhenAnotherProcessorAsksLosesNothing() {
    inTrackedProgram(
        program -> {
          for (int count : new int[] {447, 448, 449, 511, 512, 513}) {
            PageSet part = program.part(PAGES_OF_EACH, count);
            program.others.getFirst().run(() -> program.write(part));
            assertEquals(part, program.fetch(), count + " pages");
          }
        });
  }

  // ---- Counts ---------------------------------------------------------------------------------

  @Test
  void interruptsToOtherProcessorsAreCounted() {
    inTrackedProgram(
        program -> {
          Set<String> all = Set.of("tlb.shootdown.ipi", "function.call.ipi", "vcpu.kick");
          program.others.getFirst().run(() -> program.write(program.part(0, 1)));
          program.fetch(); // and who still has anything from before drops it
          program.others.getFirst().run(() -> program.write(program.part(0, 1)));
          Map<String, Long> before = program.events();
          program.fetch();
          Map<String, Long> after = program.events();
          for (String event : all) {
            long counted = after.getOrDefault(event, 0L) - before.getOrDefault(event, 0L);
            assertEquals(interruptions().contains(event), counted > 0, event + ": " + counted);
          }
        });
  }

  @Test
  void theSameSeedMakesTheSameEvents() {
    assertEquals(eventsOfARace("7"), eventsOfARace("7"));
  }

  private Map<String, Long> eventsOfARace(String seed) {
    Map<String, Long> events = new TreeMap<>();
    inTrackedProgram(
        options().with("seed", seed),
        program -> {
          var execution = program.space.execution();
          var threads =
              Stream.of(0, 1, 2, 3)
                  .map(
                      i ->
                          execution.spawn(
                              "writer " + i,
                              () -> {
                                for (int pass = 0; pass < 4; pass++) {
                                  for (int page = 0; page < 200; page++) {
                                    program.write(program.part(i * 150 + page, 1));
                                    execution.poll();
                                  }
                                }
                              }))
                  .toList();
          for (int fetch = 0; fetch < 5; fetch++) {
            for (int i = 0; i < 100; i++) {
              execution.poll();
            }
            program.fetch();
          }
          for (var thread : threads) {
            thread.join();
          }
          program.fetch();
          events.putAll(program.events());
        });
    return events;
  }

  // ---- Fixtures -------------------------------------------------------------------------------

  /** What a program's first thread does. */
  @FunctionalInterface
  private interface Scenario {
    void run(Program program) throws Exception;
  }

  private void inTrackedProgram(Scenario scenario) {
    inTrackedProgram(options(), scenario);
  }

  private void inTrackedProgram(SpaceOptions options, Scenario scenario) {
    try (TrackingUnderTest tracking = subject().tracking().get();
        AddressSpace space = substrate().open(options);
        TrackingConsumer consumer = space.consumer("consumer")) {
      tracking.control().use(space, technique().descriptor().name());
      space
          .execution()
          .run(
              () -> {
                Program program = new Program(tracking, space, consumer);
                try {
                  scenario.run(program);
                } finally {
                  program.end();
                }
                return true;
              });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A program whose region is tracked, with a thread on each processor. */
  private static final class Program {
    private final TrackingUnderTest tracking;
    private final AddressSpace space;
    private final TrackingConsumer consumer;
    private final PageSet all;
    private final List<Errands> others = new ArrayList<>();

    Program(TrackingUnderTest tracking, AddressSpace space, TrackingConsumer consumer) {
      this.tracking = tracking;
      this.space = space;
      this.consumer = consumer;
      long bytes = (long) PROCESSORS * PAGES_OF_EACH * PageSet.PAGE_SIZE;
      this.all = space.map(RegionRequest.anonymous("region", bytes)).pages();
      for (int i = 1; i < PROCESSORS; i++) {
        others.add(new Errands(space.execution(), "other " + i));
      }
      write(all);
      fetch();
    }

    PageSet part(int first, int count) {
      long start = all.runStart(0) + (long) first * PageSet.PAGE_SIZE;
      return PageSet.of(start, start + (long) count * PageSet.PAGE_SIZE);
    }

    void write(PageSet pages) {
      var memory = space.memory();
      pages.forEachPage(page -> memory.putLong(page, memory.getLong(page) + 1));
    }

    PageSet fetch() {
      try (Interval interval = tracking.control().fetch(space, consumer, all, all)) {
        interval.commit();
        return interval.pages();
      }
    }

    Map<String, Long> events() {
      return space.facility(SimulatedCosts.class).orElseThrow().events().counts();
    }

    void end() throws InterruptedException {
      for (Errands other : others) {
        other.end();
      }
    }
  }
}
