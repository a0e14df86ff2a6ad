package dev.ooh.cli.calibrate;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The costs that don't depend on the tracked size. */
final class FixedCosts {
  private static final Samples NOTHING = Samples.of(0.0);
  private static final int CALLS = 20_000;
  private static final int HAND_OVERS = 2_000;
  private static final int STORES = 1 << 15;

  /** Pages that every translation cache has room for. */
  private static final int WARM_PAGES = 16;

  private final AddressSpace space;
  private final int samples;

  /**
   * @param samples how often each is measured
   */
  FixedCosts(AddressSpace space, int samples) {
    this.space = space;
    this.samples = samples;
  }

  /**
   * Measures all, by a thread of the space's execution context.
   *
   * @param largest size of the largest array, in MB
   */
  List<Cost> all(int largest) throws Exception {
    List<Cost> costs = new ArrayList<>();
    costs.add(systemCall());
    costs.add(polls());
    costs.add(contextSwitch());
    Region array = space.map(RegionRequest.anonymous("array", (long) largest << 20));
    try {
      costs.add(firstTouches(array));
      costs.add(pageCopy(array));
      costs.add(translationMiss(array));
    } finally {
      space.unmap(array);
    }
    return costs;
  }

  private Cost systemCall() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile("/dev/null", "r")) {
      Samples calls =
          repeated(
              () -> {
                long sum = 0;
                for (int i = 0; i < CALLS; i++) {
                  sum += file.getFilePointer();
                }
                return sum;
              });
      return Cost.fixed(
          ProfileEvent.M1, calls, NOTHING, CALLS, "lseek of /dev/null through the JVM");
    }
  }

  private Cost polls() throws Exception {
    ExecutionContext execution = space.execution();
    Samples polls =
        repeated(
            () -> {
              for (int i = 0; i < CALLS; i++) {
                execution.poll();
              }
              return CALLS;
            });
    return Cost.fixed(ProfileEvent.POLL, polls, NOTHING, CALLS, "poll that stops nobody");
  }

  /** Two threads that hand a turn to each other: one switch a hand-over. */
  private Cost contextSwitch() throws Exception {
    Samples turns = repeated(() -> new Turns(space.execution()).take(HAND_OVERS));
    return Cost.fixed(
        ProfileEvent.CONTEXT_SWITCH,
        turns,
        NOTHING,
        HAND_OVERS,
        "turn handed over between two threads by a condition");
  }

  private Cost firstTouches(Region array) throws Exception {
    double[] first = new double[samples];
    double[] second = new double[samples];
    for (int sample = 0; sample < samples; sample++) {
      space.discard(array.pages());
      first[sample] = ArrayTimes.nanos(() -> ArrayTimes.store(space, array));
      second[sample] = ArrayTimes.nanos(() -> ArrayTimes.store(space, array));
    }
    return Cost.fixed(
        ProfileEvent.DEMAND_ZERO_FAULT,
        Samples.of(first),
        Samples.of(second),
        array.pages().pageCount(),
        "first store to a discarded page less the second");
  }

  private Cost pageCopy(Region array) throws Exception {
    Memory memory = space.memory();
    byte[] page = new byte[PageSet.PAGE_SIZE];
    Samples copies =
        repeated(
            () -> {
              long sum = 0;
              for (long at = array.start(); at < array.end(); at += page.length) {
                memory.read(at, page, 0, page.length);
                sum += page[0];
              }
              return sum;
            });
    return Cost.fixed(
        ProfileEvent.CP,
        copies,
        NOTHING,
        array.pages().pageCount(),
        "copy of a page out of tracked memory; nothing is written to a disk");
  }

  private Cost translationMiss(Region array) throws Exception {
    int pages = (int) array.pages().pageCount();
    int[] anywhere = new Random(1).ints(STORES, 0, pages).toArray();
    int[] nearby = new Random(1).ints(STORES, 0, Math.min(WARM_PAGES, pages)).toArray();
    Samples missing = repeated(() -> store(array, anywhere));
    Samples found = repeated(() -> store(array, nearby));
    return Cost.fixed(
        ProfileEvent.TLB_MISS,
        missing,
        found,
        STORES,
        "store to a random page of %d less one to a random page of %d"
            .formatted(pages, Math.min(WARM_PAGES, pages)));
  }

  private long store(Region array, int[] pages) {
    Memory memory = space.memory();
    for (int page : pages) {
      memory.putLong(array.start() + (long) page * PageSet.PAGE_SIZE, page);
    }
    return pages.length;
  }

  /** What is repeated; its result keeps the compiler from leaving it out. */
  private interface Loop {
    long run() throws Exception;
  }

  /** Warm first: as many runs as are measured. */
  private Samples repeated(Loop loop) throws Exception {
    long[] sum = {0};
    Samples.Run run = () -> ArrayTimes.nanos(() -> sum[0] += loop.run());
    for (int idle = 0; idle < samples; idle++) {
      run.nanos();
    }
    return Samples.of(samples, run);
  }

  /** Whose turn it is. */
  private static final class Turns {
    private final ExecutionContext execution;
    private final ContextLock lock;
    private int turn;

    Turns(ExecutionContext execution) {
      this.execution = execution;
      this.lock = execution.newLock();
    }

    long take(int handOvers) throws InterruptedException {
      TrackedThread other = execution.spawn("calibrate", () -> every(1, handOvers));
      every(0, handOvers);
      other.join();
      return turn;
    }

    private void every(int mine, int handOvers) {
      for (int next = mine; next < handOvers; next += 2) {
        lock.lock();
        try {
          while (turn != next) {
            lock.await();
          }
          turn++;
          lock.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }
  }
}
