package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.testing.AnyCycle;
import dev.ooh.gc.testing.CyclePhases;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.Proxies;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program does wrong has one clear error, and the heap goes on. On each substrate. */
@Timeout(300)
class BadInputTest {
  private static final int BLOCK = 16 << 10;

  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(Long.MAX_VALUE);

  static Stream<Substrate> substrates() {
    return ServiceLoader.load(Substrate.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(substrate -> substrate.refusal().isEmpty());
  }

  private interface Program {
    void run(AddressSpace space, TrackingCore core) throws Exception;
  }

  private static void inside(Substrate substrate, SpaceOptions options, Program program)
      throws Exception {
    try (TrackingCore core = TrackingCore.load();
        AddressSpace space = substrate.open(options)) {
      space
          .execution()
          .run(
              () -> {
                program.run(space, core);
                return 0;
              });
    }
  }

  private static void inside(Substrate substrate, Program program) throws Exception {
    inside(substrate, SpaceOptions.named("bad"), program);
  }

  private static CollectedHeap heap(AddressSpace space, TrackingCore core, HeapOptions options) {
    return new CollectedHeap(space, options, core, (watched, interval) -> {});
  }

  /** Allocates until that is refused. */
  private static void fill(CollectedHeap heap, int global) {
    while (true) {
      long node = heap.allocate(1, 8);
      heap.setReference(node, 0, heap.global(global));
      heap.setGlobal(global, node);
    }
  }

  private static int length(CollectedHeap heap, int global) {
    int length = 0;
    for (long node = heap.global(global); node != 0; node = heap.reference(node, 0)) {
      length++;
    }
    return length;
  }

  @Test
  void aHeapOfNoBytesIsRefused() {
    assertThatThrownBy(() -> HeapOptions.of(0, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("initial heap is 0, wanted 1 to");
    assertThatThrownBy(() -> HeapOptions.of(1 << 20, 1 << 19))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("heap limit is 524288, wanted 1048576 to 17179869184");
  }

  @ParameterizedTest
  @MethodSource("substrates")
  void aHeapThatIsTooSmallSaysSoAndGoesOn(Substrate substrate) throws Exception {
    for (FullCycles where : FullCycles.values()) {
      HeapOptions options = HeapOptions.of(1, 1).withFullCycles(where).withVerify(true);
      inside(
          substrate,
          (space, core) -> {
            try (CollectedHeap heap = heap(space, core, options)) {
              assertThatThrownBy(() -> heap.allocate(0, BLOCK))
                  .isInstanceOf(HeapExhaustedException.class)
                  .hasMessageStartingWith("no memory for 16392 bytes: of the heap's 16384 bytes");
              assertThatThrownBy(() -> fill(heap, 0))
                  .isInstanceOf(HeapExhaustedException.class)
                  .hasMessageStartingWith("no memory for 16 bytes: of the heap's 16384 bytes");
              assertThat(length(heap, 0)).isEqualTo(BLOCK / 16);
              // There is no block for another kind.
              assertThatThrownBy(() -> heap.allocate(0, 24))
                  .isInstanceOf(HeapExhaustedException.class);
              heap.setGlobal(0, 0);
              assertThat(heap.allocate(0, 24)).isNotZero();
            }
          });
    }
  }

  /** Of the simulated machine; what a heap on real memory may have {@code BlocksTest} tests. */
  @Test
  void aHeapThatIsLargerThanTheMachinesMemorySaysSoAndGoesOn() throws Exception {
    Substrate virtual =
        substrates().filter(found -> found.name().equals("virtual")).findFirst().orElseThrow();
    for (FullCycles where : FullCycles.values()) {
      inside(
          virtual,
          SpaceOptions.named("bad").with("memory", Integer.toString(8 << 20)),
          (space, core) -> {
            try (CollectedHeap heap =
                heap(space, core, OPTIONS.withFullCycles(where).withVerify(true))) {
              // A technique may need memory, too.
              heap.prepareTracking();
              ModelMutator mutator = new ModelMutator(heap, 1, 10);
              change(mutator);
              assertThatThrownBy(() -> fill(heap, 0))
                  .hasMessageContaining("guest-physical memory is exhausted");
              assertThat(length(heap, 0)).isGreaterThan(100_000);
              mutator.checkAll();
              heap.setGlobal(0, 0);
              // What stays free is given back to the machine.
              for (int cycle = 0; cycle < 3; cycle++) {
                assertThat(heap.collect(true)).isTrue();
                mutator.checkAll();
              }
              for (int i = 0; i < 100_000; i++) {
                heap.setReference(heap.allocate(1, 8), 0, heap.global(10));
              }
              mutator.checkAll();
            }
          });
    }
  }

  /** Where the machine has no page left for one that was never written. */
  @Test
  void aBlockThatCanNotBeZeroedIsNotUsed() {
    TestSpace space = SeededSpace.open();
    boolean[] failing = {false};
    AddressSpace shown = filledUnless(space, failing);
    try (CollectedHeap heap =
        new CollectedHeap(
            shown, OPTIONS.withVerify(true), new ExactSource(space), (watched, interval) -> {})) {
      for (int i = 0; i < 20 * BLOCK / 16; i++) {
        long node = heap.allocate(1, 8);
        heap.setReference(node, 0, node);
        heap.setGlobal(0, node);
      }
      heap.setGlobal(0, 0);
      heap.collect(true);
      for (int references : new int[] {1, 20, 5000}) {
        failing[0] = true;
        assertThatThrownBy(() -> heap.allocate(references, 8)).hasMessage("no page");
        failing[0] = false;
        long object = heap.allocate(references, 8);
        assertThat(object & -BLOCK).isLessThan(heap.pages().runStart(0) + 4 * BLOCK);
        for (int slot = 0; slot < references; slot++) {
          assertThat(heap.reference(object, slot)).isZero();
        }
      }
      assertThat(heap.collect(true)).isTrue();
    }
  }

  private static AddressSpace filledUnless(AddressSpace space, boolean[] failing) {
    Memory memory =
        Proxies.of(
            Memory.class,
            (method, arguments) -> {
              if (failing[0] && method.getName().equals("fill")) {
                throw new UnsupportedOperationException("no page");
              }
              return Proxies.call(space.memory(), method, arguments);
            });
    return Proxies.of(
        AddressSpace.class,
        (method, arguments) ->
            method.getName().equals("memory") ? memory : Proxies.call(space, method, arguments));
  }

  private static void change(ModelMutator mutator) {
    for (int i = 0; i < 500; i++) {
      mutator.act();
    }
  }

  @ParameterizedTest
  @MethodSource("substrates")
  void aStoreOutsideTheHeapIsRefused(Substrate substrate) throws Exception {
    inside(
        substrate,
        (space, core) -> {
          try (CollectedHeap heap = heap(space, core, OPTIONS.withVerify(true))) {
            ModelMutator mutator = new ModelMutator(heap, 1, 0);
            change(mutator);
            for (long outside : new long[] {8, -8}) {
              assertThatThrownBy(() -> heap.memory().putLong(outside, 1))
                  .isInstanceOf(MemoryAccessException.class);
            }
            assertThat(heap.collect(false)).isTrue();
            assertThat(heap.collect(true)).isTrue();
            mutator.checkAll();
          }
        });
  }

  /** What a field holds, or a header, that lies: each is put right afterwards. */
  private interface Lie {
    /** Returns what puts it right. */
    Runnable tell(CollectedHeap heap, long small, long wide);
  }

  private static Lie inField(Referent referent) {
    return (heap, small, wide) -> {
      heap.setReference(small, 0, referent.of(heap, small, wide));
      return () -> heap.setReference(small, 0, 0);
    };
  }

  private interface Referent {
    long of(CollectedHeap heap, long small, long wide);
  }

  /** The last cell of the heap's last block is in use up to its end. */
  private static long lastWord(CollectedHeap heap) {
    return heap.pages().runStart(0) + heap.peakBytes() - 8;
  }

  private static List<Lie> lies() {
    List<Lie> lies = new ArrayList<>();
    lies.add(inField((heap, small, wide) -> 12345));
    lies.add(inField((heap, small, wide) -> -8));
    lies.add(inField((heap, small, wide) -> wide + 3));
    // Within an object, to its neighbour's middle, and where its slots would end behind the heap.
    lies.add(inField((heap, small, wide) -> small + 8));
    lies.add(inField((heap, small, wide) -> lastWord(heap)));
    // Nobody's block, and beyond all blocks.
    lies.add(inField((heap, small, wide) -> heap.pages().runEnd(0) - BLOCK));
    lies.add(inField((heap, small, wide) -> heap.pages().runEnd(0) + BLOCK));
    // Data in front of it looks like a header of an object with as many slots as there can be.
    lies.add(
        (heap, small, wide) -> {
          long data = heap.data(wide);
          heap.memory().putLong(data, -1L << 32);
          heap.setReference(small, 0, data + 8);
          return () -> heap.setReference(small, 0, 0);
        });
    // A stray store has changed a header, to more slots, or to none at all.
    for (long header : new long[] {-1L << 32, Long.MIN_VALUE | 1L << 40, 0, 77}) {
      lies.add(
          (heap, small, wide) -> {
            long right = heap.memory().getLong(wide - 8);
            heap.memory().putLong(wide - 8, header);
            return () -> heap.memory().putLong(wide - 8, right);
          });
    }
    return lies;
  }

  /**
   * In the mode that looks at nothing closely: a cycle that meets the lie says so, or passes over
   * it and keeps something more; it neither hangs nor ends the process, and when the lie is gone
   * all is right.
   */
  @ParameterizedTest
  @MethodSource("substrates")
  void aLyingLayoutEndsACycleAtMost(Substrate substrate) throws Exception {
    for (AnyCycle kind : AnyCycle.values()) {
      inside(
          substrate,
          (space, core) -> {
            CyclePhases phases = new CyclePhases(space, core, phase -> {});
            try (CollectedHeap heap = phases.heap(OPTIONS.withFullCycles(kind.where()))) {
              ModelMutator mutator = new ModelMutator(heap, 1, 10);
              change(mutator);
              for (int large : new int[] {20, 3000}) {
                for (Lie lie : lies()) {
                  heap.setGlobal(0, heap.allocate(2, 8));
                  heap.setGlobal(1, heap.allocate(large, 64));
                  assertThat(heap.collect(false)).isTrue();
                  fillLastBlock(heap);
                  Runnable right = lie.tell(heap, heap.global(0), heap.global(1));
                  meet(heap, kind, phases);
                  right.run();
                  assertThat(heap.collect(true)).isTrue();
                  mutator.checkAll();
                  change(mutator);
                }
              }
            }
          });
    }
  }

  /** So that its last cell is in use: of an object with many slots. */
  private static void fillLastBlock(CollectedHeap heap) {
    long last = 0;
    while (last + 15 * 8 != lastWord(heap)) {
      last = heap.allocate(15, 8);
    }
    heap.setGlobal(2, last);
  }

  private static void meet(CollectedHeap heap, AnyCycle kind, CyclePhases phases) {
    try {
      if (kind == AnyCycle.CONCURRENT) {
        heap.startFullCycle();
      } else {
        kind.run(heap, phases);
      }
      heap.collect(false);
      heap.collect(true);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageStartingWith("reference is 0x");
    }
    phases.forget();
  }

  @ParameterizedTest
  @MethodSource("substrates")
  void aMutatorThatDiesInsideAScopeTakesItsRootsAlong(Substrate substrate) throws Exception {
    for (FullCycles where : FullCycles.values()) {
      HeapOptions options =
          OPTIONS.withAllocationBytes(30_000).withFullCycles(where).withVerify(true);
      inside(
          substrate,
          (space, core) -> {
            try (CollectedHeap heap = heap(space, core, options)) {
              WeakQueue queue = heap.weakQueue();
              ModelMutator mutator = new ModelMutator(heap, 1, 0);
              for (int round = 0; round < 5; round++) {
                WeakHandle[] handle = new WeakHandle[1];
                TrackedThread dying =
                    space.execution().spawn("dying", () -> handle[0] = die(heap, queue));
                change(mutator);
                assertThatThrownBy(dying::join).hasRootCauseMessage("dies");
                assertThat(handle[0]).isNull();
                assertThat(heap.collect(true)).isTrue();
                assertThat(queue.poll()).isNotNull();
                assertThat(queue.poll()).isNull();
                mutator.checkAll();
              }
            }
          });
    }
  }

  private static WeakHandle die(CollectedHeap heap, WeakQueue queue) {
    Heap.Scope scope = heap.scope();
    long object = heap.allocate(1, 8);
    scope.add(object);
    queue.handle(object);
    heap.allocate(0, 200_000);
    throw new UnsupportedOperationException("dies");
  }

  /** On real memory; on the simulated machine a thread that never polls keeps its processor. */
  @Test
  void aThreadThatNeverPollsIsNamed() throws Exception {
    Optional<Substrate> linux =
        substrates().filter(found -> found.name().equals("linux")).findFirst();
    assumeTrue(linux.isPresent());
    for (FullCycles where : FullCycles.values()) {
      inside(linux.get(), (space, core) -> neverPolls(space, core, where));
    }
  }

  private static void neverPolls(AddressSpace space, TrackingCore core, FullCycles where)
      throws Exception {
    Duration[] patience = {Duration.ofMillis(20)};
    AddressSpace shown = stoppedWithin(space, patience);
    try (CollectedHeap heap =
        new CollectedHeap(
            shown,
            OPTIONS.withFullCycles(where).withVerify(true),
            (of, consumer, scan, arm) -> core.fetch(space, consumer, scan, arm),
            (watched, interval) -> {})) {
      ModelMutator mutator = new ModelMutator(heap, 1, 10);
      CountDownLatch runs = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      TrackedThread thread = space.execution().spawn("spinner", () -> spin(runs, mayEnd));
      runs.await();
      assertThat(heap.collect(false)).isFalse();
      assertThat(heap.collect(true)).isFalse();
      assertThat(heap.cycles()).isEmpty();
      change(mutator);
      assertThatThrownBy(() -> fill(heap, 0))
          .isInstanceOf(HeapExhaustedException.class)
          .hasMessageContaining(
              "it was not collected: threads did not stop in time: spinner; wanted each to reach a"
                  + " poll");
      mutator.checkAll();
      mayEnd.countDown();
      thread.join();
      patience[0] = Duration.ofMinutes(10);
      heap.setGlobal(0, 0);
      change(mutator);
      assertThat(heap.collect(true)).isTrue();
      mutator.checkAll();
    }
  }

  /** Such a thread can't wait for others to stop, and there may be somebody to wait for. */
  @Test
  void anInterruptedThreadCollectsAndStaysInterrupted() {
    TestSpace space = SeededSpace.open();
    int[] interrupts = {1};
    AddressSpace shown =
        Proxies.executing(
            space,
            (method, arguments) -> {
              if (method.getName().equals("stopWriters")) {
                if (interrupts[0]-- > 0) {
                  // While it waits, too.
                  Thread.currentThread().interrupt();
                }
                if (Thread.currentThread().isInterrupted()) {
                  throw new WritersNotStoppedException("interrupted while stopping threads: x");
                }
              }
              return Proxies.call(space.execution(), method, arguments);
            });
    try (CollectedHeap heap =
        new CollectedHeap(shown, OPTIONS, new ExactSource(space), (watched, interval) -> {})) {
      Thread.currentThread().interrupt();
      assertThat(heap.collect(true)).isTrue();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(heap.collect(true)).isTrue();
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  private static void spin(CountDownLatch runs, CountDownLatch mayEnd) {
    runs.countDown();
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AddressSpace stoppedWithin(AddressSpace space, Duration[] patience) {
    return Proxies.executing(
        space,
        (method, arguments) ->
            method.getName().equals("stopWriters")
                ? space.execution().stopWriters((StopPoint) arguments[0], patience[0])
                : Proxies.call(space.execution(), method, arguments));
  }
}
