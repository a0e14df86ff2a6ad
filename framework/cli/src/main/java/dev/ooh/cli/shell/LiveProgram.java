package dev.ooh.cli.shell;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Tracking;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small program in a tracked address space, so that switching a technique in the shell shows
 * something: some pages are written at random, and then it asks which ones, over and over. It knows
 * what it wrote and counts what was not reported.
 */
final class LiveProgram implements AutoCloseable {
  private static final long BYTES = 4L << 20;
  private static final int PAGES_AN_INTERVAL = 64;
  private static final Duration HALF_INTERVAL = Duration.ofMillis(50);

  private final AddressSpace space;
  private final Tracking tracking;
  private final SplittableRandom random;
  private final TrackedThread thread;
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile boolean stopped;
  private volatile Figures figures = new Figures(0, 0, 0, 0, null, "");

  /**
   * What the program saw so far.
   *
   * @param intervals completed
   * @param written distinct pages stored to, summed over intervals
   * @param reported likewise
   * @param lost stored to and not reported
   * @param last the last interval; null before the first
   * @param trouble why there was no interval the last time; empty when there was
   */
  record Figures(
      long intervals,
      long written,
      long reported,
      long lost,
      @Nullable LastInterval last,
      String trouble) {}

  /** One interval, as it was delivered. */
  record LastInterval(String technique, long written, long reported, List<String> reasons) {}

  /** Starts the program; it closes {@code space} when it is closed. */
  LiveProgram(AddressSpace space, Tracking tracking, long seed) {
    this.space = space;
    this.tracking = tracking;
    this.random = new SplittableRandom(seed);
    this.thread =
        space
            .execution()
            .spawn(
                "live-program",
                () -> {
                  try {
                    work();
                  } finally {
                    begun.countDown();
                  }
                });
  }

  Figures figures() {
    return figures;
  }

  /** Waits until there was an interval, or a reason why not, so that there is something to see. */
  void awaitFirst(Duration limit) throws InterruptedException {
    if (!begun.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      System.getLogger(LiveProgram.class.getName())
          .log(System.Logger.Level.WARNING, "the live program has no interval after {0}", limit);
    }
  }

  private void work() {
    Region region = space.map(RegionRequest.anonymous("live", BYTES));
    TrackingConsumer consumer = space.consumer("shell");
    PageSet owed = PageSet.empty();
    while (!stopped) {
      owed = owed.union(store(region));
      pause();
      if (stopped) {
        break;
      }
      owed = owed.union(store(region));
      try (Interval interval =
          tracking.control().fetch(space, consumer, region.pages(), region.pages())) {
        tracking.control().written(space, owed.pageCount());
        note(owed, interval);
        interval.commit();
        owed = PageSet.empty();
      } catch (CommandException | RuntimeException e) {
        Figures before = figures;
        figures =
            new Figures(
                before.intervals,
                before.written,
                before.reported,
                before.lost,
                before.last,
                ErrorText.of(e));
      }
      begun.countDown();
      pause();
    }
    consumer.close();
  }

  private PageSet store(Region region) {
    Memory memory = space.memory();
    PageSet.Builder written = PageSet.builder();
    for (int i = 0; i < PAGES_AN_INTERVAL / 2; i++) {
      long page = region.start() + random.nextLong(BYTES) / PageSet.PAGE_SIZE * PageSet.PAGE_SIZE;
      memory.putLong(page, memory.getLong(page) + 1);
      written.add(page, page + Long.BYTES); // a technique may report less than the page
      space.execution().poll();
    }
    return written.build();
  }

  private void note(PageSet written, Interval interval) {
    PageSet reported = interval.pages();
    Figures before = figures;
    figures =
        new Figures(
            before.intervals + 1,
            before.written + written.pageCount(),
            before.reported + reported.pageCount(),
            before.lost + written.minus(reported).pageCount(),
            new LastInterval(
                interval.technique(),
                written.pageCount(),
                reported.pageCount(),
                new ArrayList<>(interval.reasons())),
            "");
  }

  private void pause() {
    ExecutionContext execution = space.execution();
    try {
      execution.blocked(
          () -> {
            Thread.sleep(HALF_INTERVAL);
            return 0;
          });
    } catch (InterruptedException e) {
      // Whoever carries this thread wants it to end, and may look.
      stopped = true;
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // The space is gone.
      stopped = true;
    }
  }

  /** Stops the program and closes its address space. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      space.close();
    }
  }
}
