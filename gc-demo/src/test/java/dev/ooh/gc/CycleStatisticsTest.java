package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.statistics.PhaseTime;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.testing.space.SeededExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a heap tells of its cycles. */
class CycleStatisticsTest {
  private static final long NEVER = Long.MAX_VALUE;
  private static final int NODE = 16;

  private final TestSpace space = SeededSpace.open();
  private final SeededExecution execution = (SeededExecution) space.execution();
  private final ExactSource source = new ExactSource(space);
  private final Told told = new Told();

  /** What a listener was told. */
  private static final class Told implements CycleListener {
    private final List<CycleRecord> cycles = new ArrayList<>();
    private final List<Long> begun = new ArrayList<>();
    private final List<Pause> stalls = new ArrayList<>();

    boolean isWithout(CycleKind kind) {
      return cycles.stream().noneMatch(cycle -> cycle.kind() == kind);
    }

    @Override
    public void concurrentBegins(long number, Cause cause) {
      begun.add(number);
    }

    @Override
    public void ended(CycleRecord cycle) {
      cycles.add(cycle);
    }

    @Override
    public void stalled(Pause stall) {
      stalls.add(stall);
    }
  }

  private static void list(Heap heap, int global, int length) {
    for (int i = 0; i < length; i++) {
      long node = heap.allocate(1, 8);
      heap.setReference(node, 0, heap.global(global));
      heap.setGlobal(global, node);
    }
  }

  private CollectedHeap heap(AddressSpace of, HeapOptions options) {
    CollectedHeap heap = new CollectedHeap(of, options, source, (watched, interval) -> {});
    heap.addListener(told);
    return heap;
  }

  private static HeapOptions manual() {
    return HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(NEVER);
  }

  private CollectedHeap growing() {
    CollectedHeap heap =
        heap(space, HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20));
    list(heap, 0, 500_000);
    // Garbage, until the full cycle that is due has come to its end beside it.
    for (int i = 0; i < 10_000_000 && told.isWithout(CycleKind.CONCURRENT); i++) {
      heap.allocate(1, 8);
    }
    return heap;
  }

  @Test
  void aCycleBesideTheProgramHasAllItsPhases() {
    CollectedHeap heap = growing();
    assertThat(heap.cycles()).isEqualTo(told.cycles);
    CycleRecord full =
        told.cycles.stream()
            .filter(cycle -> cycle.kind() == CycleKind.CONCURRENT)
            .findFirst()
            .orElseThrow();
    assertThat(full.cause()).isEqualTo(Cause.OLD_DOUBLED);
    assertThat(full.phases())
        .extracting(PhaseTime::phase)
        .startsWith(Phase.CONCURRENT_MARK, Phase.CONCURRENT_PRECLEAN)
        .endsWith(
            Phase.STOP,
            Phase.PREPARE,
            Phase.FETCH,
            Phase.FINAL_MARK,
            Phase.COMMIT,
            Phase.SWEEP,
            Phase.RESUME);
    assertThat(full.concurrentNanos()).isPositive();
    assertThat(told.begun).first().isEqualTo(full.number());
    // Its first pause and its pre-cleaning ones are young cycles', which count from its number on.
    CycleRecord first = ofCause(Cause.INITIAL_MARK);
    assertThat(first.number()).isGreaterThan(full.number());
    assertThat(first.phases())
        .extracting(PhaseTime::phase)
        .endsWith(Phase.INITIAL_MARK, Phase.RESUME);
    assertThat(ofCause(Cause.PRECLEAN).kind()).isEqualTo(CycleKind.YOUNG);
    assertThat(full.pagesRescanned()).isPositive();
  }

  private CycleRecord ofCause(Cause cause) {
    return told.cycles.stream().filter(cycle -> cycle.cause() == cause).findFirst().orElseThrow();
  }

  /** Fails whatever it is told. */
  private static final CycleListener BROKEN =
      new CycleListener() {
        @Override
        public void concurrentBegins(long number, Cause cause) {
          throw new UnsupportedOperationException("broken");
        }

        @Override
        public void ended(CycleRecord cycle) {
          throw new UnsupportedOperationException("broken");
        }

        @Override
        public void stalled(Pause stall) {
          throw new UnsupportedOperationException("broken");
        }
      };

  @Test
  void aListenerThatThrowsStopsNoCycle() {
    CollectedHeap heap =
        new CollectedHeap(
            space,
            HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20),
            source,
            (watched, interval) -> {});
    heap.addListener(BROKEN);
    heap.addListener(told);
    list(heap, 0, 500_000);
    for (int i = 0; i < 10_000_000 && told.isWithout(CycleKind.CONCURRENT); i++) {
      heap.allocate(1, 8);
    }
    assertThat(told.cycles).extracting(CycleRecord::kind).contains(CycleKind.CONCURRENT);
    assertThat(told.cycles)
        .extracting(CycleRecord::cause)
        .doesNotContain(Cause.FAILED_CYCLE, Cause.ALLOCATION_FAILURE);
  }

  @Test
  void afterAnyFailureInTheCollectorsThreadTheNextCycleIsFull() {
    boolean[] failed = new boolean[1];
    CollectedHeap heap =
        new CollectedHeap(
            space,
            HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20).withVerify(true),
            source,
            (watched, interval) -> {
              if (!failed[0] && Thread.currentThread().getName().equals("collector")) {
                failed[0] = true;
                throw new UnsupportedOperationException("broken");
              }
            });
    heap.addListener(told);
    list(heap, 0, 500_000);
    for (int i = 0; i < 10_000_000 && told.isWithout(CycleKind.CONCURRENT); i++) {
      heap.allocate(1, 8);
    }
    assertThat(failed[0]).isTrue();
    assertThat(told.cycles)
        .filteredOn(cycle -> cycle.cause() == Cause.FAILED_CYCLE)
        .singleElement()
        .extracting(CycleRecord::kind)
        .isEqualTo(CycleKind.FULL);
    assertThat(told.cycles).extracting(CycleRecord::kind).contains(CycleKind.CONCURRENT);
  }

  @Test
  void phasesAddUpToThePauseAndPausesAreApart() {
    CollectedHeap heap = growing();
    long inPauses = 0;
    for (CycleRecord cycle : told.cycles) {
      long inPause =
          Stream.of(Phase.values()).filter(Phase::isInPause).mapToLong(cycle::nanos).sum();
      assertThat(inPause).as(cycle.toString()).isLessThanOrEqualTo(cycle.pauseNanos());
      assertThat(cycle.techniqueNanos())
          .isEqualTo(cycle.nanos(Phase.FETCH) + cycle.nanos(Phase.COMMIT));
      inPauses += inPause;
    }
    assertThat(inPauses).isPositive();
    // By this clock nobody waits but for a cycle.
    List<Pause> pauses = heap.pauses();
    assertThat(pauses.stream().mapToLong(Pause::nanos).sum())
        .isEqualTo(told.cycles.stream().mapToLong(CycleRecord::pauseNanos).sum());
    for (int i = 1; i < pauses.size(); i++) {
      assertThat(pauses.get(i).startNanos()).isGreaterThan(pauses.get(i - 1).endNanos());
    }
    assertThat(told.cycles).extracting(CycleRecord::number).doesNotHaveDuplicates().contains(1L);
  }

  @Test
  void bytesAreAccountedFor() {
    CollectedHeap heap = heap(space, manual());
    list(heap, 0, 10_000);
    heap.collect(false);
    list(heap, 1, 5_000);
    heap.setGlobal(1, 0);
    heap.collect(false);
    CycleRecord cycle = told.cycles.getLast();
    assertThat(cycle.cause()).isEqualTo(Cause.REQUESTED);
    assertThat(cycle.liveBytes()).isEqualTo(10_000 * NODE);
    assertThat(cycle.allocatedBytes()).isBetween(5_000L * NODE, 5_000L * NODE + (1 << 14));
    assertThat(cycle.freedBytes()).isEqualTo(cycle.allocatedBytes());
    assertThat(cycle.promotedBytes()).isZero();
    assertThat(cycle.usedBeforeBytes()).isEqualTo(10_000 * NODE + cycle.allocatedBytes());
    assertThat(cycle.heapBytes()).isEqualTo(heap.pages().bytes());
    assertThat(told.cycles.getFirst().promotedBytes()).isEqualTo(10_000 * NODE);
  }

  /** Neither by a cycle that comes before them, nor by more or fewer bytes than live ones count. */
  @Test
  void largeObjectsAreCountedOnceTheyAreThere() {
    CollectedHeap heap = heap(space, HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1));
    for (int i = 0; i < 4; i++) {
      heap.setGlobal(i, heap.allocate(1000, 100_000));
    }
    heap.collect(false);
    assertThat(told.cycles).extracting(CycleRecord::cause).contains(Cause.ALLOCATION);
    assertThat(told.cycles).extracting(CycleRecord::freedBytes).containsOnly(0L);
    long allocated = told.cycles.stream().mapToLong(CycleRecord::allocatedBytes).sum();
    assertThat(allocated).isEqualTo(4 * 7 << 14);
    heap.setGlobal(0, 0);
    heap.collect(true);
    assertThat(told.cycles.getLast().freedBytes()).isEqualTo(7 << 14);
  }

  @Test
  void floatingGarbageIsKnownWhereCyclesAreVerified() {
    CollectedHeap heap = heap(space, manual().withVerify(true));
    list(heap, 0, 10_000);
    heap.setGlobal(1, heap.allocate(1000, 100_000));
    heap.collect(false);
    assertThat(told.cycles.getLast().floatingBytes()).hasValue(0);
    heap.setGlobal(0, 0);
    heap.collect(false);
    assertThat(told.cycles.getLast().floatingBytes()).hasValue(10_000 * NODE);
    heap.collect(true);
    assertThat(told.cycles.getLast().floatingBytes()).hasValue(0);
  }

  @Test
  void elsewhereItIsKnownOfFullCyclesInAPauseOnly() {
    CollectedHeap heap = heap(space, manual());
    heap.collect(false);
    assertThat(told.cycles.getLast().floatingBytes()).isEmpty();
    heap.collect(true);
    assertThat(told.cycles.getLast().floatingBytes()).hasValue(0);
  }

  @Test
  void whoWaitsForMemoryHasAPause() {
    CollectedHeap heap = heap(space, HeapOptions.of(1 << 20, 1 << 20).withAllocationBytes(NEVER));
    list(heap, 0, 55_000);
    while (heap.cycles().isEmpty()) {
      heap.allocate(1, 8);
    }
    CycleRecord cycle = told.cycles.getFirst();
    assertThat(cycle.cause()).isEqualTo(Cause.ALLOCATION_FAILURE);
    assertThat(cycle.kind()).isEqualTo(CycleKind.FULL);
    assertThat(heap.pauses()).hasSize(1);
    assertThat(cycle.pauseNanos()).isGreaterThan(100_000); // its wait would be worth telling
    assertThat(told.stalls).isEmpty();
    Pause pause = heap.pauses().getFirst();
    assertThat(pause.startNanos()).isLessThanOrEqualTo(cycle.startNanos());
    assertThat(pause.endNanos()).isGreaterThanOrEqualTo(cycle.pause().endNanos());
  }

  /** A space whose threads don't stop when asked, for a second, until {@code refusals} are over. */
  private AddressSpace unwilling(int[] refusals) {
    ExecutionContext context =
        proxy(
            ExecutionContext.class,
            (proxy, method, arguments) -> {
              if (method.getName().equals("stopWriters") && refusals[0]-- > 0) {
                execution.work(Duration.ofSeconds(1).toNanos());
                throw new WritersNotStoppedException("thread x does not stop");
              }
              return call(execution, method, arguments);
            });
    return proxy(
        AddressSpace.class,
        (proxy, method, arguments) ->
            method.getName().equals("execution") ? context : call(space, method, arguments));
  }

  @Test
  void aPauseThatDidNotComeAboutIsOne() {
    int[] refusals = {1};
    CollectedHeap heap = heap(unwilling(refusals), manual());
    assertThat(heap.collect(false)).isFalse();
    assertThat(told.cycles).isEmpty();
    assertThat(told.stalls).singleElement().extracting(Pause::nanos).isEqualTo(1_000_000_000L);
    assertThat(heap.pauses()).isEqualTo(told.stalls);
    assertThat(heap.collect(false)).isTrue();
    assertThat(heap.pauses()).hasSize(2);
    assertThat(told.stalls).hasSize(1);
  }

  /** A space by whose clock, simulated or not, the heap's lock is had after {@code waits} each. */
  private AddressSpace contended(boolean simulated, ArrayDeque<Duration> waits) {
    ExecutionContext context =
        proxy(
            ExecutionContext.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "simulatedTime" -> simulated;
                  case "newLock" -> {
                    Object lock = call(execution, method, arguments);
                    yield proxy(
                        ContextLock.class,
                        (of, locking, none) -> {
                          if (locking.getName().equals("lock") && !waits.isEmpty()) {
                            execution.work(waits.remove().toNanos());
                          }
                          return call(lock, locking, none);
                        });
                  }
                  default -> call(execution, method, arguments);
                });
    return proxy(
        AddressSpace.class,
        (proxy, method, arguments) ->
            method.getName().equals("execution") ? context : call(space, method, arguments));
  }

  @Test
  void whoWaitsForTheHeapsLockHasAPauseWhereTimeIsMeasured() {
    ArrayDeque<Duration> waits = new ArrayDeque<>();
    CollectedHeap heap = heap(contended(false, waits), manual());
    heap.allocate(1, 8);
    heap.allocate(100, 100_000);
    assertThat(heap.pauses()).isEmpty();
    waits.add(Duration.ofSeconds(1));
    list(heap, 0, 2_000);
    assertThat(waits).isEmpty();
    waits.add(Duration.ofSeconds(2));
    heap.allocate(100, 100_000);
    assertThat(waits).isEmpty();
    assertThat(told.stalls)
        .extracting(stall -> stall.nanos() / 1_000_000)
        .containsExactly(1000L, 2000L);
    assertThat(heap.pauses()).isEqualTo(told.stalls);
  }

  @Test
  void aWaitForTheLockAndForWhatItLeadsToIsOne() {
    ArrayDeque<Duration> waits = new ArrayDeque<>();
    CollectedHeap heap =
        heap(
            contended(false, waits),
            HeapOptions.of(1 << 20, 1 << 20).withAllocationBytes(NEVER).withMarkers(1));
    for (int i = 0; heap.cycles().isEmpty(); i++) {
      assertThat(i).isLessThan(1_000_000);
      waits.clear();
      waits.add(Duration.ofMillis(1)); // for the block that this object needs, or for cycles()
      told.stalls.clear();
      heap.allocate(1, 8);
    }
    CycleRecord cycle = told.cycles.getFirst();
    assertThat(cycle.cause()).isEqualTo(Cause.ALLOCATION_FAILURE);
    assertThat(told.stalls).singleElement();
    Pause ahead = told.stalls.getFirst();
    assertThat(ahead.nanos()).isGreaterThanOrEqualTo(1_000_000);
    assertThat(ahead.endNanos()).isEqualTo(cycle.startNanos());
    Pause whole = heap.pauses().getLast();
    assertThat(whole.startNanos()).isEqualTo(ahead.startNanos());
    assertThat(whole.endNanos()).isGreaterThanOrEqualTo(cycle.pause().endNanos());
  }

  @Test
  void bySimulatedTimeWhoWaitsForTheLockHasNone() {
    ArrayDeque<Duration> waits = new ArrayDeque<>();
    CollectedHeap heap = heap(contended(true, waits), manual());
    waits.add(Duration.ofSeconds(1));
    waits.add(Duration.ofSeconds(1));
    list(heap, 0, 2_000);
    assertThat(waits).isEmpty();
    assertThat(heap.pauses()).isEmpty();
  }

  @Test
  void flightRecordingsHaveEventsLikeTheJvmsOwn(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      for (String name :
          List.of(
              "GarbageCollection",
              "GCPhasePause",
              "GCPhasePauseLevel1",
              "GCPhaseConcurrent",
              "GCHeapSummary")) {
        recording.enable("dev.ooh." + name).withoutThreshold();
      }
      recording.start();
      growing().collect(true);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    Function<String, List<RecordedEvent>> named =
        name ->
            events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.ooh." + name))
                .toList();
    assertThat(named.apply("GarbageCollection"))
        .extracting(
            event -> event.getLong("gcId"),
            event -> event.getString("name"),
            event -> event.getString("cause"),
            event -> event.getDuration("sumOfPauses").toNanos(),
            event -> event.getDuration("longestPause").toNanos(),
            event -> event.getString("clock"))
        .containsExactlyInAnyOrderElementsOf(
            told.cycles.stream()
                .map(
                    cycle ->
                        tuple(
                            cycle.number(),
                            cycle.kind().label(),
                            cycle.cause().label(),
                            cycle.pauseNanos(),
                            cycle.pauseNanos(),
                            "simulated"))
                .toList());
    assertThat(named.apply("GCPhasePause"))
        .hasSameSizeAs(told.cycles)
        .extracting(event -> event.getString("name"))
        .contains("Pause Young", "Pause Final Mark", "Pause Full");
    assertThat(named.apply("GCPhasePauseLevel1"))
        .extracting(event -> event.getString("name"))
        .contains(
            "Stop",
            "Prepare",
            "Fetch",
            "Initial Mark",
            "Mark",
            "Final Mark",
            "Sweep",
            "Commit",
            "Resume");
    assertThat(named.apply("GCPhaseConcurrent"))
        .extracting(event -> event.getString("name"))
        .contains("Concurrent Mark", "Concurrent Preclean");
    CycleRecord last = told.cycles.getLast();
    assertThat(named.apply("GCHeapSummary"))
        .hasSize(2 * told.cycles.size())
        .filteredOn(event -> event.getLong("gcId") == last.number())
        .extracting(event -> event.getString("when") + " " + event.getLong("heapUsed"))
        .containsExactlyInAnyOrder(
            "Before GC " + last.usedBeforeBytes(), "After GC " + last.liveBytes());
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
