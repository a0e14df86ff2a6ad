package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.testing.CyclesBeside;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.Proxies;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several markers mark what one does. On real memory: elsewhere threads take turns. */
@Timeout(300)
class MarkersTest {
  private static final int OBJECTS = 60_000;
  private static final HeapOptions OPTIONS =
      HeapOptions.of(32 << 20, 32 << 20)
          .withAllocationBytes(Long.MAX_VALUE)
          .withFullCycles(HeapOptions.FullCycles.PAUSE)
          .withVerify(true);

  private interface Program {
    void run(AddressSpace space) throws Exception;
  }

  private static void onRealMemory(Program program) throws Exception {
    Substrate substrate =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals("linux"))
            .findFirst()
            .orElseThrow();
    assumeTrue(substrate.refusal().isEmpty(), () -> substrate.refusal().orElseThrow());
    try (AddressSpace space = substrate.open(SpaceOptions.named("markers"))) {
      space
          .execution()
          .run(
              () -> {
                program.run(space);
                return 0;
              });
    }
  }

  private static CollectedHeap heap(AddressSpace space, int markers) {
    return new CollectedHeap(
        space,
        OPTIONS.withMarkers(markers),
        (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
        (watched, interval) -> {});
  }

  @Test
  void severalMarkWhatOneDoes() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    onRealMemory(
        space -> {
          try (CollectedHeap one = heap(space, 1);
              CollectedHeap four = heap(space, 4)) {
            for (int round = 0; round < 3; round++) {
              CycleRecord alone = collected(one, seed + round);
              CycleRecord together = collected(four, seed + round);
              assertThat(together.objectsTraced()).isEqualTo(alone.objectsTraced());
              assertThat(together.slotsRead()).isEqualTo(alone.slotsRead());
              assertThat(together.liveBytes()).isEqualTo(alone.liveBytes());
              assertThat(alone.objectsTraced()).isGreaterThan(OBJECTS / 4);
            }
          } catch (AssertionError | IllegalStateException e) {
            fail("-Dooh.first-seed=" + seed, e);
          }
        });
  }

  /** So many markers beside the program: more than there may be processors. */
  private static final int BESIDE = 3;

  /** Counts how often so many threads are to work together. */
  private static AddressSpace counting(AddressSpace space, AtomicInteger times) {
    return Proxies.executing(
        space,
        (method, arguments) -> {
          if (method.getName().equals("together") && (int) arguments[0] == BESIDE) {
            times.incrementAndGet();
          }
          return Proxies.call(space.execution(), method, arguments);
        });
  }

  /** While the program runs, and changes what is marked. */
  @Test
  void severalMarkBesideTheProgram() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    HeapOptions options =
        OPTIONS.withMarkers(4 * BESIDE).withFullCycles(HeapOptions.FullCycles.BESIDE);
    assertThat(options.markersBeside()).isEqualTo(BESIDE);
    onRealMemory(
        space -> {
          AtomicInteger times = new AtomicInteger();
          CyclesBeside cycles = new CyclesBeside(counting(space, times));
          try (CollectedHeap heap =
              cycles.follow(
                  new CollectedHeap(
                      cycles.space(),
                      options,
                      (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
                      (watched, interval) -> {}))) {
            ModelMutator mutator = new ModelMutator(heap, seed, 10);
            collected(heap, seed);
            for (int round = 0; round < 3; round++) {
              int before = times.get();
              beside(heap, cycles, mutator);
              assertThat(times.get()).isGreaterThan(before);
              mutator.checkAll();
            }
            CycleRecord last = heap.cycles().getLast();
            assertThat(heap.collect(true)).isTrue();
            assertThat(heap.cycles().getLast().liveBytes()).isLessThanOrEqualTo(last.liveBytes());
          } catch (AssertionError | IllegalStateException e) {
            fail("-Dooh.first-seed=" + seed, e);
          }
        });
  }

  private static void beside(CollectedHeap heap, CyclesBeside cycles, ModelMutator mutator) {
    cycles.begin();
    for (int i = 0; i < 2000; i++) {
      mutator.act();
      heap.execution().poll();
    }
    assertThat(cycles.awaitEnd()).as("the cycle beside the program has ended").isTrue();
  }

  /** Of a tangle of small objects, and wide ones that refer to many. */
  private static CycleRecord collected(CollectedHeap heap, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    heap.setGlobal(0, heap.allocate(OBJECTS, 0));
    for (int i = 0; i < OBJECTS; i++) {
      int references = random.nextInt(50) == 0 ? 200 : random.nextInt(4);
      long object = heap.allocate(references, random.nextInt(30));
      heap.setReference(heap.global(0), i, object);
      for (int slot = 0; slot < references && i > 0; slot++) {
        heap.setReference(object, slot, heap.reference(heap.global(0), random.nextInt(i)));
      }
    }
    // Some are reachable from others only, and some not at all.
    for (int i = 0; i < OBJECTS; i++) {
      if (random.nextInt(4) > 0) {
        heap.setReference(heap.global(0), i, 0);
      }
    }
    heap.collect(true);
    return heap.cycles().getLast();
  }

  @Test
  void aReferenceThatOneCannotFollowEndsAll() throws Exception {
    onRealMemory(
        space -> {
          CollectedHeap heap = heap(space, 4);
          heap.setGlobal(0, heap.allocate(OBJECTS, 0));
          for (int i = 0; i < OBJECTS; i++) {
            heap.setReference(heap.global(0), i, heap.allocate(1, 8));
          }
          long bad = heap.reference(heap.global(0), OBJECTS / 2);
          heap.setReference(bad, 0, 12345);
          assertThatThrownBy(() -> heap.collect(true)).hasMessageContaining("reference is 0x3039");
          heap.setReference(bad, 0, 0);
          assertThat(heap.collect(true)).isTrue();
          assertThat(heap.cycles().getLast().objectsTraced()).isEqualTo(OBJECTS + 1);
        });
  }
}
