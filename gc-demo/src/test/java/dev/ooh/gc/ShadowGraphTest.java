package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.testing.HeapCheckpointer;
import dev.ooh.gc.testing.ShadowGraph;
import dev.ooh.gc.testing.ShadowMutator;
import dev.ooh.gc.testing.UnsyncedFiles;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four threads change one heap at random, and a graph of Java objects with it. Old objects are
 * collected beside them, or in slices by them, now and then everything in a pause; the technique is
 * switched at random; and a checkpointer dumps the same memory. Whenever the program stands still,
 * every reachable object is what it should be, so is everything that a weak handle still refers to,
 * and every dump holds what memory held.
 *
 * <p>On the simulated machine a seed ends the same way each time; on real memory what threads make
 * of its choices differs, and the verdict doesn't.
 */
class ShadowGraphTest {
  private static final int MUTATORS = 4;
  private static final int ACTIONS = 200;
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 32 << 20)
          .withAllocationBytes(20_000)
          .withVerify(true)
          .withConservative(true);

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> nothingDiffers() {
    return tests(3);
  }

  @TestFactory
  @Tag("soak")
  Stream<DynamicTest> nothingDiffersForAThousandSeeds() {
    return tests(1000);
  }

  private Stream<DynamicTest> tests(int usual) {
    long first = Long.getLong("ooh.first-seed", 1);
    int seeds = Integer.getInteger("ooh.seeds", usual);
    return ServiceLoader.load(Substrate.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(substrate -> substrate.refusal().isEmpty())
        .map(substrate -> dynamicTest(substrate.name(), () -> runAll(substrate, first, seeds)));
  }

  private void runAll(Substrate substrate, long first, int seeds) throws Exception {
    // As long as it is open, the monitor of userfaultfd need not start for each seed.
    try (TrackingCore core = TrackingCore.load();
        AddressSpace other = substrate.open(SpaceOptions.named("other"))) {
      List<String> techniques =
          core.list(other).stream()
              .filter(status -> status.probe().usable())
              .map(status -> status.descriptor().name())
              .toList();
      assertThat(techniques).hasSizeGreaterThan(1);
      for (long seed = first; seed < first + seeds; seed++) {
        run(substrate, techniques, seed);
      }
    }
  }

  private void run(Substrate substrate, List<String> techniques, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SpaceOptions options =
        SpaceOptions.named("shadow")
            .with("seed", Long.toString(seed))
            .with("quantum", Integer.toString(1 << random.nextInt(9)));
    Path images = directory.resolve(substrate.name() + "-" + seed);
    try (TrackingCore core = TrackingCore.load();
        AddressSpace space = substrate.open(options);
        ImageStore store = ImageStore.open(images, new UnsyncedFiles())) {
      space
          .execution()
          .run(
              () -> {
                new Program(core, space, techniques, store, random).run(where(seed));
                return 0;
              });
    } catch (Exception | AssertionError e) {
      fail("-Dooh.seeds=1 -Dooh.first-seed=" + seed + " on " + substrate.name(), e);
    }
    delete(images);
  }

  private static FullCycles where(long seed) {
    return seed % 2 == 0 ? FullCycles.INCREMENTAL : FullCycles.BESIDE;
  }

  private static void delete(Path images) {
    try (Stream<Path> files = Files.walk(images)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One seed's. */
  private static final class Program {
    private final TrackingCore core;
    private final AddressSpace space;
    private final ImageStore store;
    private final SplittableRandom random;
    private final ExecutionContext execution;
    private final List<String> techniques;
    private final ContextLock lock;

    /** One operator at a time: a technique that allows one tracker can't be tried by two. */
    private final ContextLock operator;

    /** Guarded by the lock. */
    private int actions;

    private int running = MUTATORS;

    Program(
        TrackingCore core,
        AddressSpace space,
        List<String> techniques,
        ImageStore store,
        SplittableRandom random) {
      this.core = core;
      this.techniques = techniques;
      this.space = space;
      this.store = store;
      this.random = random;
      execution = space.execution();
      lock = execution.newLock();
      operator = execution.newLock();
    }

    void run(FullCycles fullCycles) throws Exception {
      core.use(space, techniques.get(random.nextInt(techniques.size())));
      try (CollectedHeap heap =
          new CollectedHeap(
              space, OPTIONS.withFullCycles(fullCycles), core, (watched, interval) -> {})) {
        ShadowGraph graph = new ShadowGraph(heap);
        List<TrackedThread> threads = new ArrayList<>();
        for (int i = 0; i < MUTATORS; i++) {
          SplittableRandom mine = random.split();
          threads.add(execution.spawn("mutator " + i, () -> mutate(heap, graph, mine)));
        }
        long copyBytes = List.of(0L, 8L << 12, 16L << 20).get(random.nextInt(3));
        try (HeapCheckpointer checkpointer =
            new HeapCheckpointer(space, heap, core, store, copyBytes, graph::checkAll)) {
          while (awaitActions(100 + random.nextInt(200))) {
            if (random.nextInt(3) == 0) {
              checkpointer.preDump();
            } else {
              checkpointer.dump();
            }
          }
          for (TrackedThread thread : threads) {
            thread.join();
          }
          heap.collect(false);
          checkpointer.dump();
          heap.collect(true);
          graph.checkHandlesAreExact();
          checkpointer.dump();
        }
        assertThat(heap.cycles()).anyMatch(cycle -> !cycle.full());
      }
    }

    private void mutate(CollectedHeap heap, ShadowGraph graph, SplittableRandom mine) {
      ShadowMutator mutator = new ShadowMutator(heap, graph, mine.nextLong());
      try {
        for (int i = 0; i < ACTIONS; i++) {
          mutator.act();
          perturb(heap, mine);
          acted();
          execution.pollRestartable();
        }
      } finally {
        ended();
      }
    }

    private void perturb(CollectedHeap heap, SplittableRandom mine) {
      int dice = mine.nextInt(400);
      if (dice < 4) {
        switchTo(techniques.get(mine.nextInt(techniques.size())));
      } else if (dice < 6) {
        assertThat(heap.collect(false)).isTrue();
      } else if (dice < 7) {
        assertThat(heap.collect(true)).isTrue();
      }
    }

    private void switchTo(String technique) {
      operator.lock();
      try {
        core.use(space, technique);
      } catch (TrackingException e) {
        throw new AssertionError("switch to " + technique, e);
      } finally {
        operator.unlock();
      }
    }

    private void acted() {
      lock.lock();
      try {
        actions++;
        lock.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void ended() {
      lock.lock();
      try {
        running--;
        lock.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Waits for so many actions; returns false when there are no more to come. */
    private boolean awaitActions(int more) {
      lock.lock();
      try {
        int wanted = actions + more;
        while (actions < wanted && running > 0) {
          lock.await();
        }
        return running > 0;
      } finally {
        lock.unlock();
      }
    }
  }
}
