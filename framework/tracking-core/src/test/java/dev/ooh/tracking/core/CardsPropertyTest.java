package dev.ooh.tracking.core;

import static dev.ooh.tracking.core.fake.FakeCards.CARD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.fake.FakeCards;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Runs smaller than pages through several consumers, with intervals outstanding, committed and
 * aborted, parts asked for and parts of them armed, and switches to a technique that reports pages.
 */
class CardsPropertyTest {
  private static final int PAGES = 8;
  private static final int STEPS = 120;
  private static final List<String> TECHNIQUES = List.of("cards", "pages", "all-dirty");

  @Property(tries = 300)
  void noCardIsLost(@ForAll long seed) throws TrackingException {
    new Run(seed, false).play();
  }

  @Property(tries = 300)
  void cardsAloneAreReportedExactly(@ForAll long seed) throws TrackingException {
    new Run(seed, true).play();
  }

  /** An interval and the cards that it must hold. */
  private record Outstanding(Interval interval, PageSet stored) {}

  /** A consumer and what was stored since what it committed. */
  private static final class Asker {
    final TrackingConsumer consumer;
    final Deque<Outstanding> outstanding = new ArrayDeque<>();
    PageSet owed = PageSet.empty();

    Asker(TrackingConsumer consumer) {
      this.consumer = consumer;
    }
  }

  /** One random history. */
  private static final class Run {
    private final TestSpace space = new TestSpace();
    private final TrackingCore core =
        TrackingCore.create(List.of(new FakeCards(), new FakeTechnique("pages", 1)));
    private final Region region = space.mapPages(PAGES);
    private final List<Asker> askers =
        List.of(
            new Asker(space.consumer("one")),
            new Asker(space.consumer("two")),
            new Asker(space.consumer("three")));
    private final SplittableRandom random;
    private final boolean cardsAlone;

    Run(long seed, boolean cardsAlone) {
      random = new SplittableRandom(seed);
      this.cardsAlone = cardsAlone;
    }

    void play() throws TrackingException {
      core.use(space, "cards");
      for (Asker asker : askers) {
        core.fetch(space, asker.consumer, region.pages(), region.pages()).commit();
      }
      for (int step = 0; step < STEPS; step++) {
        step(askers.get(random.nextInt(askers.size())));
      }
    }

    private void step(Asker asker) throws TrackingException {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> store();
        case 4, 5 -> fetch(asker);
        case 6, 7 -> commit(asker);
        case 8 -> abort(asker);
        default -> {
          if (!cardsAlone) {
            core.use(space, TECHNIQUES.get(random.nextInt(TECHNIQUES.size())));
          }
        }
      }
    }

    private void store() {
      long address = region.start() + random.nextLong(region.bytes());
      space.store(address);
      PageSet card = PageSet.of(address & -CARD, (address & -CARD) + CARD);
      askers.forEach(asker -> asker.owed = asker.owed.union(card));
    }

    private void fetch(Asker asker) {
      PageSet asked = cardsAlone ? region.pages() : part();
      PageSet armed = cardsAlone || random.nextBoolean() ? asked : asked.intersect(part());
      Interval interval = core.fetch(space, asker.consumer, asked, armed);
      PageSet stored = asker.owed.intersect(asked);
      assertThat(stored.minus(interval.pages()))
          .as("stored cards that %s leaves out", interval)
          .isEqualTo(PageSet.empty());
      if (cardsAlone) {
        assertThat(interval.pages()).isEqualTo(stored);
      }
      asker.owed = asker.owed.minus(stored);
      asker.outstanding.add(new Outstanding(interval, stored));
    }

    private PageSet part() {
      int first = random.nextInt(PAGES);
      int end = first + 1 + random.nextInt(PAGES - first);
      return random.nextBoolean()
          ? region.pages()
          : PageSet.of(
              region.start() + first * (long) PageSet.PAGE_SIZE,
              region.start() + end * (long) PageSet.PAGE_SIZE);
    }

    private void commit(Asker asker) {
      Outstanding oldest = asker.outstanding.poll();
      if (oldest != null) {
        oldest.interval.commit();
        oldest.interval.close();
      }
    }

    /** Fails its successors too. */
    private void abort(Asker asker) {
      for (Outstanding each : asker.outstanding) {
        each.interval.close();
        asker.owed = asker.owed.union(each.stored);
      }
      asker.outstanding.clear();
    }
  }
}
