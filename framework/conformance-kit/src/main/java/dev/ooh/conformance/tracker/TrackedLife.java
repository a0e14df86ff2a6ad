package dev.ooh.conformance.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ooh.conformance.TrackingUnderTest;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.ProcessFates;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A tracked process that stores, forks and is asked about, until it ends at a moment that a seed
 * draws: killed, replaced by another program, or gone by itself; with an interval open or without.
 */
final class TrackedLife {
  private static final int MOST_STEPS = 30;

  private final TrackingUnderTest tracking;
  private final AddressSpace space;
  private final TrackingConsumer consumer;
  private final PageSet all;
  private final Random random;
  private final List<AddressSpace> children = new ArrayList<>();

  /** Stored to since the interval that was committed last. */
  private PageSet owed;

  /**
   * @param all what is tracked, which was stored to and not asked about since
   */
  TrackedLife(
      TrackingUnderTest tracking,
      AddressSpace space,
      TrackingConsumer consumer,
      PageSet all,
      Random random) {
    this.tracking = tracking;
    this.space = space;
    this.consumer = consumer;
    this.all = all;
    this.random = random;
    owed = all;
  }

  void live() throws Exception {
    try {
      int steps = random.nextInt(MOST_STEPS);
      for (int i = 0; i < steps; i++) {
        step();
      }
      Interval open = random.nextBoolean() ? fetch(all) : null;
      switch (random.nextInt(3)) {
        case 0 -> killed(open);
        case 1 -> replaced(open);
        default -> exited(open);
      }
    } finally {
      children.forEach(AddressSpace::close);
    }
  }

  private void step() throws Exception {
    switch (random.nextInt(7)) {
      case 0 -> fork();
      case 1 -> childStores();
      case 2 -> closeChild();
      case 3 -> answer();
      case 4 -> answer();
      default -> {
        PageSet some = some(all);
        store(space, some);
        owed = owed.union(some);
      }
    }
  }

  private void fork() throws Exception {
    Optional<Fork> fork = space.facility(Fork.class);
    if (fork.isPresent()) {
      children.add(fork.get().fork("child " + children.size()));
    }
  }

  /** They are no pages of the tracked process any more. */
  private void childStores() throws Exception {
    if (!children.isEmpty()) {
      store(children.getLast(), some(all));
    }
  }

  private void closeChild() {
    if (!children.isEmpty()) {
      children.removeLast().close();
    }
  }

  private void answer() {
    try (Interval interval = fetch(all)) {
      if (random.nextBoolean()) {
        interval.commit();
        owed = PageSet.empty();
      }
    }
  }

  private void killed(@Nullable Interval open) {
    fates().killTracked();
    settle(open);
    for (int i = 0; i < 2; i++) {
      try (Interval interval = fetch(all)) {
        assertEquals(all, interval.pages(), "all pages of a process that was killed");
        assertFalse(interval.reasons().isEmpty(), "the reasons");
      }
    }
  }

  private void replaced(@Nullable Interval open) throws Exception {
    fates().execTracked();
    settle(open);
    owed = PageSet.empty();
    assertEquals(List.of(), space.regions());
    try (Interval none = fetch(all)) {
      assertEquals(PageSet.empty(), none.pages(), "nothing is left");
      none.commit();
    }
    PageSet next = space.map(RegionRequest.anonymous("next", all.bytes())).pages();
    store(space, next);
    try (Interval first = fetch(next)) {
      assertEquals(next, first.pages(), "the first interval");
      first.commit();
    }
    owed = some(next);
    store(space, owed);
    try (Interval second = fetch(next)) {
      second.commit();
    }
  }

  private void exited(@Nullable Interval open) {
    space.close();
    settle(open);
    assertThrows(RuntimeException.class, () -> fetch(all), "an answer of a process that is gone");
  }

  /** What was asked for before the end may be taken or given back after it. */
  private void settle(@Nullable Interval open) {
    if (open != null) {
      try (open) {
        if (random.nextBoolean()) {
          open.commit();
        }
      }
    }
  }

  private Interval fetch(PageSet pages) {
    Interval interval = tracking.control().fetch(space, consumer, pages, pages);
    assertEquals(PageSet.empty(), owed.minus(interval.pages().wholePages()), "lost pages");
    return interval;
  }

  private PageSet some(PageSet pages) {
    int count = 1 + random.nextInt(4);
    long first = random.nextLong(pages.pageCount() - count);
    long start = pages.runStart(0) + first * PageSet.PAGE_SIZE;
    return PageSet.of(start, start + count * PageSet.PAGE_SIZE);
  }

  private static void store(AddressSpace space, PageSet pages) throws Exception {
    space
        .execution()
        .run(
            () -> {
              pages.forEachPage(
                  page -> space.memory().putLong(page, space.memory().getLong(page) + 1));
              return true;
            });
  }

  private ProcessFates fates() {
    return space.facility(ProcessFates.class).orElseThrow();
  }
}
