package dev.ooh.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The laws of the contract, one by one. A technique's test extends this class and says in {@link
 * #subject} what it is and where it runs; the random schedules of {@link ConformanceKit} go
 * further. Each law is also checked by the {@linkplain World#fetch oracle}, after each fetch.
 */
public abstract class TechniqueLaws {
  private static final int PAGES = 32;

  /** So many that work for each of them is more than what a switch does once. */
  private static final int MANY = 1024;

  private static final int ONE = 0;
  private static final int TWO = 1;
  private static final String LOW = "low pages can't be watched";
  private static final String HIGH = "high pages can't be watched";

  /** The technique and the substrate. */
  protected abstract Subject subject();

  @Test
  void law1EveryWrittenPageIsInALaterInterval() {
    inTrackedWorld(
        world -> {
          for (int round = 0; round < 8; round++) {
            world.write(world.pages(0, round, 1 + round), round);
            world.fetch(ONE);
            world.commit(ONE);
          }
        });
  }

  @Test
  void law1HoldsUnderConcurrentWriters() {
    inTrackedWorld(
        world -> {
          world.startWriter(1);
          world.startWriter(2);
          for (int round = 0; round < 20; round++) {
            world.poll(30);
            world.fetch(ONE);
            world.commit(ONE);
          }
        });
  }

  @Test
  void law1HoldsForWritesFromOutside() {
    inTrackedWorld(
        world -> {
          for (int round = 0; round < 4; round++) {
            world.writeFromOutside(world.pages(0, 3 * round, 2), round);
            world.fetch(ONE);
            world.commit(ONE);
          }
        });
  }

  @Test
  void law1HoldsAfterAForkAndWhileTheChildRuns() {
    inTrackedWorld(
        world -> {
          world.fork();
          for (int round = 0; round < 4; round++) {
            world.write(world.pages(0, round, 3), round);
            world.runChild(world.pages(0, 10 + round, 2), round);
            world.fetch(ONE);
            world.commit(ONE);
          }
        });
  }

  @Test
  void law2IsMeteredAndNothingUnwrittenIsReportedForLong() {
    inTrackedWorld(
        world -> {
          TrackingStatistics before = statistics(world);
          long reported = world.fetch(ONE).pages().pageCount();
          TrackingStatistics counted = statistics(world).minus(before);
          assertEquals(1, counted.fetches(), "fetches");
          assertEquals(reported, counted.pagesReported(), "pages reported");
        });
  }

  @Test
  void law3AnAbortedIntervalIsOwedAgainAndFailsItsSuccessors() {
    inTrackedWorld(
        world -> {
          world.write(world.pages(0, 1, 2), 0);
          Interval first = world.fetch(ONE);
          world.write(world.pages(0, 9, 1), 0);
          Interval second = world.fetch(ONE);
          assertThrows(IllegalStateException.class, second::commit, "a commit out of order");
          world.abort(ONE, 0);
          PageSet again = world.fetch(ONE).pages();
          assertTrue(again.containsAll(first.pages()), "the aborted interval is owed again");
          assertTrue(again.containsAll(second.pages()), "and so is its successor");
        });
  }

  @Test
  void law3ConsumersCommitAndAbortAlone() {
    inTrackedWorld(
        world -> {
          world.fetch(TWO);
          world.commit(TWO);
          PageSet written = world.pages(0, 4, 3);
          world.write(written, 1);
          world.fetch(ONE);
          world.commit(ONE);
          assertTrue(world.fetch(TWO).pages().containsAll(written), "the other one's interval");
          world.abort(TWO, 0);
          assertTrue(world.fetch(TWO).pages().containsAll(written), "after its abort");
        });
  }

  @Test
  void law3PagesDrainedOutsideOfWhatWasAskedStayOwed() {
    inTrackedWorld(
        world -> {
          world.write(world.pages(0, 2, 1), 0);
          world.write(world.pages(0, 20, 1), 0);
          PageSet part = world.pages(0, 0, 8);
          assertEquals(
              PageSet.empty(), world.fetch(ONE, part, part).pages().minus(part), "outside");
          assertTrue(world.fetch(ONE).pages().containsAll(world.pages(0, 20, 1)), "later");
        });
  }

  @Test
  void law3AnUnarmedPageCountsAsChanged() {
    inTrackedWorld(
        world -> {
          PageSet all = world.pages(0);
          PageSet written = world.pages(0, 5, 2);
          world.write(written, 0);
          world.fetch(ONE, all, PageSet.empty());
          world.commit(ONE);
          assertTrue(world.fetch(ONE).pages().containsAll(written), "pages left unarmed");
        });
  }

  @Test
  void law5FreshMappingsAreBornDirty() {
    inTrackedWorld(
        world -> {
          world.unmap(0);
          world.map(0, PAGES);
          assertEquals(world.pages(0), world.fetch(ONE).pages(), "the first interval");
          world.commit(ONE);
          world.write(world.pages(0, 7, 3), 2);
          world.fetch(ONE);
        });
  }

  @Test
  void law6DoubtIsLoud() {
    inTrackedWorld(
        world -> {
          for (Death death : Death.values()) {
            world.write(world.pages(0, 3, 4), 0);
            if (world.tracking().kill(death)) {
              Interval interval = world.fetch(ONE);
              assertEquals(world.pages(0), interval.pages(), "all pages after " + death);
              assertFalse(interval.reasons().isEmpty(), "reasons after " + death);
              world.commit(ONE);
            }
          }
        });
  }

  @Test
  void law6EveryPageThatIsDoubtedHasItsReasonAndNoReasonIsDropped() {
    inTrackedWorld(
        world -> {
          PageSet low = world.pages(0, 2, 6);
          PageSet high = world.pages(0, 5, 9);
          if (!world.tracking().blind(low, LOW) || !world.tracking().blind(high, HIGH)) {
            return;
          }
          world.write(world.pages(0, 3, 1), 0);
          for (int round = 0; round < 2; round++) {
            Interval both = world.fetch(ONE);
            assertEquals(List.of(LOW, HIGH), both.reasons(), "reasons of round " + round);
            assertTrue(both.pages().containsAll(low.union(high)), "pages of round " + round);
            world.abort(ONE, 0);
          }
          PageSet part = high.minus(low);
          Interval again = world.fetch(ONE, part, part);
          assertEquals(List.of(HIGH), again.reasons(), "reasons of a part, after an abort");
          assertEquals(part, again.pages(), "pages of a part");
          world.tracking().see();
          world.fetch(ONE);
          world.write(world.pages(0, 4, 2), 1);
          Interval clear = world.fetch(ONE);
          assertEquals(List.of(), clear.reasons(), "reasons when everything is watched");
          assertEquals(world.pages(0, 4, 2), clear.pages(), "pages when everything is watched");
        });
  }

  @Test
  void law7ASwitchLosesNothing() {
    inTrackedWorld(
        world -> {
          List<String> techniques = new ArrayList<>(subject().others());
          techniques.add("all-dirty");
          techniques.add(subject().technique());
          world.startWriter(7);
          for (String technique : techniques) {
            world.write(world.pages(0, 11, 5), 1);
            world.use(technique);
            world.write(world.pages(0, 14, 5), 2);
            world.fetch(ONE);
            world.commit(ONE);
          }
        });
  }

  /**
   * How long a switch takes under load is the machine's business; what it does is not: it looks at
   * each page a few times, whatever is written meanwhile, and waits for no moment without writes.
   */
  @Test
  void law7ASwitchDoesABoundedAmountOfWork() {
    inTrackedWorld(
        world -> {
          world.map(1, MANY);
          PageSet all = world.mapped();
          PageSet scattered = everySecond(all);
          world.write(all, 0);
          for (long seed = 1; seed <= 3; seed++) {
            world.startWriter(seed);
          }
          List<String> techniques = new ArrayList<>(subject().others());
          techniques.add("all-dirty");
          techniques.add(subject().technique());
          for (String technique : techniques) {
            world.fetch(ONE, all, scattered);
            world.commit(ONE);
            world.write(all, 1);
            world.poll(20);
            SwitchWork before = SwitchWork.of(world);
            if (world.use(technique)) {
              SwitchWork.of(world).minus(before).check(technique, all.pageCount());
            }
          }
        });
  }

  private static PageSet everySecond(PageSet pages) {
    PageSet.Builder some = PageSet.builder();
    pages.forEachPage(
        page -> {
          if (page / PageSet.PAGE_SIZE % 2 == 0) {
            some.addPage(page);
          }
        });
    return some.build();
  }

  @Test
  void law7ADepartureMidIntervalLosesNothing() {
    inTrackedWorld(
        world -> {
          String technique = subject().technique();
          world.write(world.pages(0, 1, 5), 1);
          if (!world.tracking().depart(technique)) {
            return;
          }
          try {
            Interval interval = world.fetch(ONE);
            assertTrue(
                interval.reasons().stream().anyMatch(reason -> reason.contains(technique)),
                "the reasons name " + technique + ": " + interval.reasons());
            world.commit(ONE);
          } finally {
            world.tracking().arrive(technique);
          }
          world.write(world.pages(0, 2, 5), 1);
          assertEquals(technique, world.fetch(ONE).technique(), "back again");
        });
  }

  @Test
  void law8TheProbeSaysHowItWorks() {
    inTrackedWorld(
        world -> {
          TechniqueStatus status =
              world.tracking().control().list(world.space()).stream()
                  .filter(each -> each.descriptor().name().equals(subject().technique()))
                  .findFirst()
                  .orElseThrow();
          Probe probe = status.probe();
          assertTrue(probe.usable(), probe.reason());
          assertFalse(probe.reason().isBlank(), "the mode that was tried");
        });
  }

  /** A world with one slot, all of it stored to, fetched by the first consumer and committed. */
  private void inTrackedWorld(Consumer<World> scenario) {
    new ConformanceKit(subject())
        .inWorld(
            1,
            world -> {
              world.map(0, PAGES);
              world.write(world.pages(0), 0);
              assertEquals(world.pages(0), world.fetch(ONE).pages(), "the first interval");
              world.commit(ONE);
              scenario.accept(world);
              world.finish();
            });
  }

  private static TrackingStatistics statistics(World world) {
    return world.tracking().control().statistics(world.space());
  }
}
