package dev.ooh.conformance.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.TrackingUnderTest;
import dev.ooh.conformance.World;
import dev.ooh.conformance.session.RepeatedContract;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.ProcessFates;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A technique whose tracker is a process beside the tracked one keeps every law, and says so when
 * one of both goes away. A technique's test extends this class, and adds the traps of its own kind
 * with the same {@link #options}.
 */
public abstract class OwnTrackerContract extends RepeatedContract {
  private static final int FEW = 9;
  private static final int MANY = 1_000;
  private static final int PAGES = 32;
  private static final int ONE = 0;

  /** How to open a space; a subclass may add settings. */
  @Override
  protected SpaceOptions options() {
    return SpaceOptions.named("own").with("tracker", "own-process");
  }

  /**
   * Whether what was gathered stays with the tracked process, so that nothing is lost with the
   * tracker.
   */
  protected boolean outlivesItsTracker() {
    return false;
  }

  // ---- The tracker goes away ------------------------------------------------------------------

  @Test
  void aTrackerKilledInTheMiddleOfAnIntervalIsToldOfAndReplaced() {
    inTrackedWorld(
        world -> {
          PageSet written = world.pages(0, 3, 4);
          world.write(written, 0);
          killTracker(world);
          Interval interval = world.fetch(ONE);
          if (!outlivesItsTracker()) {
            assertEquals(world.pages(0), interval.pages(), "all pages");
            assertFalse(interval.reasons().isEmpty(), "the reasons");
          }
          world.commit(ONE);
          world.write(written, 1);
          assertEquals(written, world.fetch(ONE).pages(), "the next tracker's interval");
          world.commit(ONE);
        });
  }

  @Test
  void aTrackerKilledAtAnyMomentLosesNothing() {
    randomLives(FEW);
  }

  @Test
  @Tag("soak")
  void aTrackerKilledAtAnyMomentLosesNothingForManySeeds() {
    randomLives(MANY);
  }

  private void randomLives(int usual) {
    long first = Long.getLong("ooh.first-seed", 1);
    int seeds = Integer.getInteger("ooh.seeds", usual);
    for (long seed = first; seed < first + seeds; seed++) {
      Random random = new Random(seed);
      try {
        inTrackedWorld(seed, world -> live(world, random));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e), e);
      }
    }
  }

  private static void live(World world, Random random) {
    if (random.nextBoolean()) {
      world.startWriter(random.nextLong());
    }
    for (int step = 0; step < 40; step++) {
      int consumer = random.nextInt(2);
      switch (random.nextInt(10)) {
        case 0 -> killTracker(world);
        case 1 -> world.fork();
        case 2 -> world.runChild(world.pages(0, random.nextInt(PAGES), 2), 1);
        case 3 -> world.closeChild();
        case 4 -> world.writeFromOutside(world.pages(0, random.nextInt(PAGES), 2), 1);
        case 5 -> world.abort(consumer, random.nextInt(3));
        case 6 -> world.poll(1 + random.nextInt(30));
        case 7 -> world.write(world.pages(0, random.nextInt(PAGES), 1 + random.nextInt(5)), 0);
        default -> {
          world.fetch(consumer);
          world.commit(consumer);
        }
      }
    }
  }

  /** The kills come from a thread of the host, wherever the guest is. */
  @Test
  void aTrackerKilledWhileItFetchesLosesNothing() {
    inTrackedWorld(
        world -> {
          world.startWriter(1);
          AtomicBoolean ended = new AtomicBoolean();
          Thread killer =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        while (!ended.get()) {
                          killTracker(world);
                        }
                      });
          try {
            for (int round = 0; round < 30; round++) {
              world.poll(20);
              world.fetch(ONE);
              world.commit(ONE);
            }
          } finally {
            ended.set(true);
            join(world, killer);
          }
        });
  }

  private static void join(World world, Thread thread) {
    try {
      world
          .space()
          .execution()
          .blocked(
              () -> {
                thread.join();
                return true;
              });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // ---- The tracked process goes away ----------------------------------------------------------

  @Test
  void aTrackedProcessKilledInTheMiddleOfAnIntervalIsNotTakenForAQuietOne() {
    inTrackedSpace(
        (tracking, space, consumer, all) -> {
          fates(space).killTracked();
          try (Interval interval = tracking.control().fetch(space, consumer, all, all)) {
            assertEquals(all, interval.pages(), "all pages");
            assertFalse(interval.reasons().isEmpty(), "the reasons");
          }
        });
  }

  @Test
  void aTrackedProcessThatEndsAtAnyMomentIsNeverTakenForAQuietOne() {
    randomEnds(FEW);
  }

  @Test
  @Tag("soak")
  void aTrackedProcessThatEndsAtAnyMomentIsNeverTakenForAQuietOneForManySeeds() {
    randomEnds(MANY);
  }

  private void randomEnds(int usual) {
    long first = Long.getLong("ooh.first-seed", 1);
    int seeds = Integer.getInteger("ooh.seeds", usual);
    for (long seed = first; seed < first + seeds; seed++) {
      Random random = new Random(seed);
      try {
        inTrackedSpace(
            (tracking, space, consumer, all) ->
                new TrackedLife(tracking, space, consumer, all, random).live());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e), e);
      }
    }
  }

  @Test
  void afterAnExecNothingIsLeftOfWhatWasTrackedAndWhatIsMappedNextIsTracked() {
    inTrackedSpace(
        (tracking, space, consumer, all) -> {
          fates(space).execTracked();
          assertEquals(List.of(), space.regions());
          try (Interval none = tracking.control().fetch(space, consumer, all, all)) {
            assertEquals(PageSet.empty(), none.pages());
            none.commit();
          }
          PageSet next = space.map(RegionRequest.anonymous("next", all.bytes())).pages();
          write(space, next);
          try (Interval first = tracking.control().fetch(space, consumer, next, next)) {
            assertEquals(next, first.pages(), "the first interval");
            first.commit();
          }
          PageSet some = PageSet.of(next.runStart(0), next.runStart(0) + 3 * PageSet.PAGE_SIZE);
          write(space, some);
          try (Interval second = tracking.control().fetch(space, consumer, next, next)) {
            assertEquals(some, second.pages(), "the second one");
            assertEquals(technique().descriptor().name(), second.technique());
          }
        });
  }

  // ---- Who may track --------------------------------------------------------------------------

  @Test
  void anotherUsersTrackerIsRefused() {
    try (AddressSpace space = substrate().open(options().with("tracker.user", "1001"))) {
      String reason = technique().probe(space).reason();
      assertFalse(technique().probe(space).usable(), reason);
      assertTrue(reason.contains("EPERM"), reason);
      TrackingException refused =
          assertThrows(
              TrackingException.class,
              () -> {
                PageSet pages =
                    space.map(RegionRequest.anonymous("some", PageSet.PAGE_SIZE)).pages();
                try (var session = technique().open(space)) {
                  session.fetch(pages, pages);
                }
              });
      assertTrue(String.valueOf(refused.getMessage()).contains("EPERM"), refused::getMessage);
    }
  }

  @Test
  void rootMayTrackAnybody() {
    try (AddressSpace space = substrate().open(options().with("tracker.user", "0"))) {
      assertTrue(technique().probe(space).usable(), technique().probe(space).reason());
    }
  }

  // ---- Fixtures -------------------------------------------------------------------------------

  private void inTrackedWorld(Consumer<World> scenario) {
    inTrackedWorld(1, scenario);
  }

  /** A world with one slot, all of it stored to, fetched by the first consumer and committed. */
  private void inTrackedWorld(long seed, Consumer<World> scenario) {
    new ConformanceKit(subject())
        .inWorld(
            seed,
            world -> {
              world.map(0, PAGES);
              world.write(world.pages(0), 0);
              world.fetch(ONE);
              world.commit(ONE);
              scenario.accept(world);
              world.finish();
            });
  }

  /** What is done in a space with one region, which one consumer watches, and which was written. */
  @FunctionalInterface
  private interface Scenario {
    void run(TrackingUnderTest tracking, AddressSpace space, TrackingConsumer consumer, PageSet all)
        throws Exception;
  }

  private void inTrackedSpace(Scenario scenario) {
    try (TrackingUnderTest tracking = subject().tracking().get();
        AddressSpace space = substrate().open(options());
        TrackingConsumer consumer = space.consumer("consumer")) {
      PageSet all = space.map(RegionRequest.anonymous("region", PAGES * PageSet.PAGE_SIZE)).pages();
      tracking.control().use(space, technique().descriptor().name());
      write(space, all);
      try (Interval first = tracking.control().fetch(space, consumer, all, all)) {
        first.commit();
      }
      write(space, all);
      scenario.run(tracking, space, consumer, all);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void write(AddressSpace space, PageSet pages) throws Exception {
    space
        .execution()
        .run(
            () -> {
              pages.forEachPage(
                  page -> space.memory().putLong(page, space.memory().getLong(page) + 1));
              return true;
            });
  }

  private static ProcessFates fates(AddressSpace space) {
    return space.facility(ProcessFates.class).orElseThrow();
  }

  private static void killTracker(World world) {
    try {
      fates(world.space()).killTracker();
    } catch (FacilityException e) {
      throw new AssertionError(e);
    }
  }
}
