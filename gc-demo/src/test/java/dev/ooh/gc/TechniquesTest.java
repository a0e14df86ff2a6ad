package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.gcbench.GcBench;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random programs under the real techniques, on a plain class path. */
class TechniquesTest {
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 1);
  private static final int ACTIONS = 2000;
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(30_000).withVerify(true);

  private static final TrackingCore CORE = TrackingCore.load();

  /** A technique that can be used on a substrate. */
  record Pair(Substrate substrate, String technique) {
    /** Real memory has a process to start for each space. */
    int seeds() {
      return substrate.name().equals("linux") ? (SEEDS + 3) / 4 : SEEDS;
    }

    @Override
    public String toString() {
      return technique + " on " + substrate.name();
    }
  }

  static List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Substrate substrate : ServiceLoader.load(Substrate.class)) {
      if (substrate.refusal().isPresent()) {
        continue;
      }
      try (AddressSpace space = substrate.open(SpaceOptions.named("probe"))) {
        for (TechniqueStatus status : CORE.list(space)) {
          if (status.probe().usable()) {
            pairs.add(new Pair(substrate, status.descriptor().name()));
          }
        }
      }
    }
    return pairs;
  }

  static Stream<Pair> onVirtual() {
    return pairs().stream().filter(pair -> pair.substrate.name().equals("virtual"));
  }

  @AfterAll
  static void closeCore() {
    CORE.close();
  }

  @Test
  void theFourTechniquesRun() {
    assertThat(onVirtual().map(Pair::technique))
        .contains("spml", "epml", "procfs", "uffd", "all-dirty");
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void oneThread(Pair pair) throws Exception {
    for (long seed = 1; seed <= pair.seeds(); seed++) {
      long mySeed = seed;
      List<CycleRecord> cycles =
          with(
              pair,
              seed,
              (space, heap) -> {
                ModelMutator mutator = new ModelMutator(heap, mySeed, 0);
                for (int i = 0; i < ACTIONS; i++) {
                  mutator.act();
                }
                heap.collect(false);
                mutator.checkAll();
                heap.collect(true);
                mutator.checkAll();
              });
      if (!pair.technique.equals("all-dirty")) {
        assertThat(cycles).anyMatch(cycle -> !cycle.full());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void severalThreads(Pair pair) throws Exception {
    for (long seed = 1; seed <= pair.seeds(); seed++) {
      withThreads(pair, seed);
    }
  }

  private static List<CycleRecord> withThreads(Pair pair, long seed) throws Exception {
    return with(
        pair,
        seed,
        (space, heap) -> {
          List<TrackedThread> threads = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            ModelMutator mutator = new ModelMutator(heap, 10 * seed + i, 10 * i);
            threads.add(
                space.execution().spawn("mutator " + i, () -> act(mutator, space.execution())));
          }
          for (TrackedThread thread : threads) {
            space
                .execution()
                .blocked(
                    () -> {
                      thread.join();
                      return 0;
                    });
          }
        });
  }

  private static void act(ModelMutator mutator, ExecutionContext execution) {
    for (int i = 0; i < ACTIONS; i++) {
      mutator.act();
      execution.poll();
    }
    mutator.checkAll();
  }

  /** The techniques take turns while the program runs. */
  @Test
  void switchedInMidInterval() throws Exception {
    List<Pair> pairs = onVirtual().toList();
    for (long seed = 1; seed <= SEEDS; seed++) {
      long mySeed = seed;
      with(
          pairs.getFirst(),
          seed,
          (space, heap) -> {
            ModelMutator mutator = new ModelMutator(heap, mySeed, 0);
            for (int i = 1; i <= 3 * ACTIONS; i++) {
              mutator.act();
              if (i % 500 == 0) {
                CORE.use(space, pairs.get(i / 500 % pairs.size()).technique);
              }
            }
            mutator.checkAll();
          });
    }
  }

  @Test
  void figuresRepeatExactly() throws Exception {
    for (Pair pair : onVirtual().toList()) {
      List<CycleRecord> first = trees(pair);
      assertThat(first).hasSizeGreaterThan(5).anyMatch(cycle -> cycle.concurrentNanos() > 0);
      assertThat(trees(pair)).as(pair.toString()).isEqualTo(first);
    }
  }

  private static List<CycleRecord> trees(Pair pair) throws Exception {
    return with(
        pair,
        1,
        (space, heap) -> {
          Application application = new GcBench(10_000, 12, 13);
          application.start(heap, new Parameters(Configuration.SMALL, Optional.empty(), 1));
          while (application.step(heap)) {
            space.execution().poll();
          }
        });
  }

  private interface Program {
    void run(AddressSpace space, CollectedHeap heap) throws Exception;
  }

  private static List<CycleRecord> with(Pair pair, long seed, Program program) throws Exception {
    SpaceOptions options = SpaceOptions.named("gc").with("seed", Long.toString(seed));
    try (AddressSpace space = pair.substrate.open(options)) {
      CORE.use(space, pair.technique);
      return space
          .execution()
          .run(
              () -> {
                try (CollectedHeap heap =
                    new CollectedHeap(space, OPTIONS, CORE, (watched, interval) -> {})) {
                  program.run(space, heap);
                  return heap.cycles();
                }
              });
    } catch (Exception | AssertionError e) {
      return fail(pair + ", seed " + seed, e);
    }
  }
}
