package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.testing.CyclesBeside;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.Proxies;
import dev.ooh.gc.testing.Repeat;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.Interval;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A full cycle beside a program that allocates much faster than the collector's thread marks. */
@Timeout(300)
class AssistTest {
  /** How often the collector's thread comes to a poll where another one comes once. */
  private static final int SLOWNESS = 100;

  /** Permits for as many steps as a cycle can have. */
  private static final int ALL = 1 << 20;

  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20).withVerify(true);

  /** Many times as many as there is memory for. */
  private static final int MOST_LISTS = 100;

  /** Many times as many as a cycle that keeps up takes. */
  private static final int MOST_ALLOCATIONS = 1 << 18;

  private final TestSpace space = SeededSpace.open();
  private final CyclesBeside cycles = new CyclesBeside(space);
  private boolean slow;
  private final CollectedHeap heap =
      cycles.follow(
          new CollectedHeap(
              polling(cycles.space(), this::pollMore),
              OPTIONS,
              new ExactSource(space),
              (watched, interval) -> {}));

  private void pollMore() {
    for (int i = 1; slow && i < SLOWNESS; i++) {
      space.execution().poll();
    }
  }

  /** A space whose collector's thread does something else, too, when it polls beside others. */
  private static AddressSpace polling(AddressSpace space, Runnable also) {
    boolean[] inPause = {false};
    return Proxies.executing(
        space,
        (method, arguments) -> {
          if (!Thread.currentThread().getName().equals("collector")) {
            return Proxies.call(space.execution(), method, arguments);
          }
          if (method.getName().equals("poll") && !inPause[0]) {
            also.run();
          }
          Object result = Proxies.call(space.execution(), method, arguments);
          if (method.getName().equals("stopWriters")) {
            inPause[0] = true;
            return (StoppedWriters)
                () -> {
                  inPause[0] = false;
                  ((StoppedWriters) result).close();
                };
          }
          return result;
        });
  }

  private static long tree(Heap heap, int depth) {
    try (Heap.Scope scope = heap.scope()) {
      long node = heap.allocate(2, 8);
      scope.add(node);
      for (int i = 0; i < 2 && depth > 0; i++) {
        heap.setReference(node, i, tree(heap, depth - 1));
      }
      return node;
    }
  }

  private static void list(Heap heap, int global, int length) {
    for (int i = 0; i < length; i++) {
      long node = heap.allocate(1, 16);
      heap.setReference(node, 0, heap.global(global));
      heap.setGlobal(global, node);
    }
  }

  private long fullOnes() {
    return heap.cycles().stream().filter(cycle -> cycle.kind() == CycleKind.FULL).count();
  }

  private static CycleRecord lastBeside(CollectedHeap heap) {
    return heap.cycles().reversed().stream()
        .filter(cycle -> cycle.kind() == CycleKind.CONCURRENT)
        .findFirst()
        .orElseThrow();
  }

  private static void assertAssisted(CollectedHeap heap) {
    assertThat(lastBeside(heap).assistedBytes()).isGreaterThan(1 << 20);
    assertThat(heap.cycles())
        .extracting(CycleRecord::cause)
        .doesNotContain(Cause.CONCURRENT_MODE_FAILURE, Cause.ALLOCATION_FAILURE);
  }

  /**
   * As a seed says, which repeats. When the collector has been at an old object that comes behind
   * many changed pages, that one comes to be the only one that refers to a new one.
   */
  @Test
  void threadsThatAllocateAssistAndMemoryDoesNotRunOut() {
    ModelMutator mutator = new ModelMutator(heap, 1, 10);
    heap.setGlobal(1, tree(heap, 17));
    heap.setGlobal(0, heap.allocate(1, 0));
    heap.collect(true);
    cycles.begin();
    slow = true;
    for (int i = 0; i < 2000 && !cycles.hasEnded(); i++) {
      list(heap, 2, 500);
      mutator.act();
      if (i == 1000) {
        change(heap, heap.global(1));
        long hidden = heap.allocate(1, 0);
        heap.setReference(hidden, 0, hidden);
        heap.setReference(heap.global(0), 0, hidden);
      }
    }
    assertThat(cycles.hasEnded()).as("a cycle beside the program has ended").isTrue();
    assertAssisted(heap);
    mutator.checkAll();
    heap.setGlobal(2, 0);
    heap.collect(true);
    mutator.checkAll();
    long hidden = heap.reference(heap.global(0), 0);
    assertThat(heap.reference(hidden, 0)).isEqualTo(hidden);
  }

  /** Writes what is there. */
  private static void change(Heap heap, long node) {
    for (int i = 0; i < 2 && node != 0; i++) {
      heap.setReference(node, i, heap.reference(node, i));
      change(heap, heap.reference(node, i));
    }
  }

  /** Of a list there is never more than one object to go on from. */
  @Test
  void whereNobodyCanAssistMemoryRunsOutAndThatIsCounted() {
    list(heap, 0, 300_000);
    heap.collect(true);
    cycles.begin();
    slow = true;
    long before = fullOnes();
    Repeat.until(
        () -> fullOnes() > before,
        "a full cycle in a pause",
        MOST_LISTS,
        () -> {
          list(heap, 1, 200_000);
          heap.setGlobal(1, 0);
        });
    List<CycleRecord> full =
        heap.cycles().stream().filter(cycle -> cycle.kind() == CycleKind.FULL).toList();
    assertThat(full.getLast().cause()).isEqualTo(Cause.CONCURRENT_MODE_FAILURE);
    // The next one ends beside the program.
    slow = false;
    cycles.begin();
    assertThat(cycles.awaitEnd()).as("the next cycle beside the program has ended").isTrue();
    assertThat(lastBeside(heap).assistedBytes()).isZero();
  }

  @Test
  void aCycleThatKeepsUpIsNotAssisted() {
    heap.setGlobal(0, tree(heap, 17));
    heap.collect(true);
    cycles.begin();
    Repeat.until(
        cycles::hasEnded,
        "the end of a cycle beside the program",
        MOST_ALLOCATIONS,
        () -> heap.allocate(1, 16));
    assertThat(lastBeside(heap).assistedBytes()).isZero();
  }

  /**
   * The same with threads that run at the same time: whatever that leads to, each cycle is checked,
   * and so is what the program knows.
   */
  @Test
  void nothingIsLostWhereThreadsRunAtTheSameTime() throws Exception {
    Optional<Substrate> linux =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals("linux") && found.refusal().isEmpty())
            .findFirst();
    assumeTrue(linux.isPresent());
    try (AddressSpace real = linux.get().open(SpaceOptions.named("assist"))) {
      real.execution()
          .run(
              () -> {
                assistOn(real);
                return 0;
              });
    }
  }

  private static void assistOn(AddressSpace real) {
    Semaphore steps = new Semaphore(ALL);
    CyclesBeside cycles = new CyclesBeside(real);
    AddressSpace shown =
        polling(
            cycles.space(),
            () -> {
              awaitTurn(real.execution(), steps);
              cycles.signal();
            });
    try (CollectedHeap heap =
        cycles.follow(
            new CollectedHeap(
                shown,
                OPTIONS,
                (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
                (watched, interval) -> {}))) {
      try {
        assistInSteps(heap, cycles, steps);
      } finally {
        steps.release(ALL);
      }
    }
  }

  private static void assistInSteps(CollectedHeap heap, CyclesBeside cycles, Semaphore steps) {
    ModelMutator mutator = new ModelMutator(heap, 1, 10);
    heap.setGlobal(0, tree(heap, 17));
    for (int round = 0; round < 3; round++) {
      heap.collect(true);
      cycles.begin();
      steps.drainPermits();
      int ended = heap.cycles().size();
      for (int i = 0; i < 50 && noFullOne(heap, ended); i++) {
        list(heap, 1, 20_000);
        mutator.act();
        steps.release();
        cycles.awaitEndOr(() -> steps.availablePermits() == 0);
      }
      steps.release(ALL);
      heap.setGlobal(1, 0);
      mutator.checkAll();
    }
    assertThat(heap.collect(true)).isTrue();
    assertThat(size(heap, heap.global(0))).isEqualTo((1 << 18) - 1);
    mutator.checkAll();
  }

  private static int size(Heap heap, long node) {
    return node == 0
        ? 0
        : 1 + size(heap, heap.reference(node, 0)) + size(heap, heap.reference(node, 1));
  }

  private static boolean noFullOne(CollectedHeap heap, int skipped) {
    return heap.cycles().stream().skip(skipped).noneMatch(CycleRecord::full);
  }

  private static void awaitTurn(ExecutionContext execution, Semaphore steps) {
    try {
      execution.blocked(
          () -> {
            steps.acquire();
            return 0;
          });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
