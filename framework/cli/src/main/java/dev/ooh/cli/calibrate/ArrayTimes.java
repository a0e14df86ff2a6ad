package dev.ooh.cli.calibrate;

import dev.ooh.cli.PageStores;
import dev.ooh.cli.micro.WarmUp;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;

/**
 * What passes over an array take that store once to each of its pages, in nanoseconds a pass.
 *
 * @param untracked stores to pages that nobody watches
 * @param asynchronous stores to armed pages, whose faults the kernel resolves
 * @param cleanScan a scan that arms anew, when nothing was written
 * @param dirtyScan the same when every page was
 * @param synchronous stores whose faults a handler resolves, and the fetch and protection after
 *     them; empty where this user may not
 */
record ArrayTimes(
    Samples untracked,
    Samples asynchronous,
    Samples cleanScan,
    Samples dirtyScan,
    Optional<Samples> synchronous) {
  /** How often a thing is done before it is measured: the JIT's share, and the caches'. */
  private static final int IDLE_PASSES = 2;

  /** Runs everything that {@link #measure} does until the JIT is done with it. */
  static void warmUp(AddressSpace space) throws TrackingException {
    new WarmUp()
        .repeat(
            pass -> {
              try {
                measure(space, 1, 1);
              } catch (TrackingException | RuntimeException e) {
                throw e;
              } catch (Exception e) {
                throw new TrackingException("warm-up: " + e.getMessage(), e);
              }
            });
  }

  /** Measures by a thread of the space's execution context; the array is unmapped in the end. */
  static ArrayTimes measure(AddressSpace space, int megabytes, int passes) throws Exception {
    Region array = space.map(RegionRequest.anonymous("array", (long) megabytes << 20));
    try {
      Samples untracked = untracked(space, array, passes);
      double[] stores = new double[passes];
      double[] clean = new double[passes];
      double[] dirty = new double[passes];
      WriteProtectScan scans = space.facility(WriteProtectScan.class).orElseThrow();
      PageSet pages = array.pages();
      try (WriteProtectScan.Scanner scanner = scans.open()) {
        scanner.register(pages);
        for (int pass = -IDLE_PASSES; pass < passes; pass++) {
          double dirtyTime = nanos(() -> scanner.scan(pages, pages));
          double cleanTime = nanos(() -> scanner.scan(pages, pages));
          double storeTime = nanos(() -> store(space, array));
          if (pass >= 0) {
            dirty[pass] = dirtyTime;
            clean[pass] = cleanTime;
            stores[pass] = storeTime;
          }
        }
      }
      return new ArrayTimes(
          untracked,
          Samples.of(stores),
          Samples.of(clean),
          Samples.of(dirty),
          synchronous(space, array, passes));
    } finally {
      space.unmap(array);
    }
  }

  /** Passes over {@code array} that nobody watches, its first touch apart. */
  static Samples untracked(AddressSpace space, Region array, int passes) throws Exception {
    for (int pass = 0; pass < IDLE_PASSES; pass++) {
      store(space, array);
    }
    return Samples.of(passes, () -> nanos(() -> store(space, array)));
  }

  private static Optional<Samples> synchronous(AddressSpace space, Region array, int passes)
      throws Exception {
    Optional<Userfaultfd> userfaultfd = space.facility(Userfaultfd.class);
    if (userfaultfd.isEmpty()
        || !userfaultfd.get().modes().contains(Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      return Optional.empty();
    }
    PageSet pages = array.pages();
    try (Userfaultfd.Descriptor descriptor =
        userfaultfd.get().open(Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(pages);
      descriptor.writeProtect(pages);
      Samples.Run pass =
          () ->
              nanos(
                  () -> {
                    store(space, array);
                    descriptor.drain(pages);
                  });
      for (int idle = 0; idle < IDLE_PASSES; idle++) {
        pass.nanos();
      }
      return Optional.of(Samples.of(passes, pass));
    }
  }

  /** Something to be timed. */
  interface Step {
    void run() throws Exception;
  }

  static double nanos(Step step) throws Exception {
    long before = System.nanoTime();
    step.run();
    return System.nanoTime() - before;
  }

  /** One store to each page, in ascending order. */
  static void store(AddressSpace space, Region array) {
    new PageStores(space).store(array.pages(), 1);
  }
}
