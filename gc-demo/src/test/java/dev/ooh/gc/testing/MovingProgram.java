package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.testing.CollectorSteps.Phase;
import dev.ooh.gc.testing.CollectorSteps.Step;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;

/**
 * A program that, while a full cycle runs beside it, moves objects out of the collector's sight.
 * The first hangs on the far end of a list when marking begins; before the collector comes there,
 * it is moved to an object that the collector has been at. The second hangs on the first; when
 * pre-cleaning has taken what changed and not looked at it yet, it is moved to another object that
 * the collector has been at. So of the first only pre-cleaning's interval tells, and of the second
 * only the last one.
 */
public final class MovingProgram implements CollectorSteps.Listener {
  private static final int LIST = 3000;
  private static final int NEAR = 0;
  private static final int OTHER = 1;
  private static final int FAR = 2;
  private static final int FILLER = 3;

  /** More than the collector lets live before it starts a full cycle. */
  private static final HeapOptions OPTIONS =
      HeapOptions.of(4 << 20, 32 << 20).withAllocationBytes(1 << 20).withVerify(true);

  private static final int FILLER_BYTES = 3 << 20;

  private final AddressSpace space;
  private final CollectorSteps steps;
  private final CollectorSteps.Listener also;
  private CollectedHeap heap;
  private long far;
  private long first;
  private long second;

  /**
   * @param also told of steps after this program has done what it does there
   */
  public MovingProgram(AddressSpace space, IntervalSource source, CollectorSteps.Listener also) {
    this.space = space;
    this.also = also;
    steps = new CollectorSteps(space, source, this);
  }

  /**
   * Runs one full cycle beside the program and compares what is left with what should be. By a
   * thread of the space's execution context.
   *
   * @throws IllegalStateException if the collector's own verification fails
   */
  public void run() {
    try (CollectedHeap opened =
        new CollectedHeap(steps.space(), OPTIONS, steps, (watched, interval) -> {})) {
      heap = opened;
      build();
      heap.collect(false);
      heap.setGlobal(FILLER, heap.allocate(0, FILLER_BYTES));
      heap.collect(false);
      while (!steps.isOver()) {
        space.execution().poll();
      }
      heap.collect(false);
      if (!heap.cycles().stream().anyMatch(cycle -> cycle.full() && cycle.concurrentNanos() > 0)) {
        throw new AssertionError("no full cycle beside the program: " + heap.cycles());
      }
      for (int i = 0; i < 2 * LIST; i++) {
        heap.allocate(1, 8);
      }
      expect("first", heap.reference(heap.global(NEAR), 0), first, 1);
      expect("second", heap.reference(heap.global(OTHER), 0), second, 2);
    }
  }

  /** The page of the object to which the first is moved. */
  public PageSet near() {
    return page(heap.global(NEAR));
  }

  /** The page of the object to which the second is moved. */
  public PageSet other() {
    return page(heap.global(OTHER));
  }

  private static PageSet page(long address) {
    return PageSet.builder().addPage(address).build();
  }

  private void build() {
    heap.setGlobal(NEAR, node(0));
    padPage();
    heap.setGlobal(OTHER, node(0));
    padPage();
    second = node(2);
    heap.setGlobal(FAR, second);
    first = node(1);
    heap.setReference(first, 0, second);
    heap.setGlobal(FAR, first);
    far = node(0);
    heap.setReference(far, 0, first);
    heap.setGlobal(FAR, far);
    for (int i = 0; i < LIST; i++) {
      long node = node(0);
      heap.setReference(node, 0, heap.global(FAR));
      heap.setGlobal(FAR, node);
    }
  }

  private long node(long stamp) {
    long node = heap.allocate(1, 8);
    heap.memory().putLong(heap.data(node), stamp);
    return node;
  }

  /** What follows lies on another page. */
  private void padPage() {
    for (int i = 0; i < PageSet.PAGE_SIZE / 16; i++) {
      node(0);
    }
  }

  @Override
  public void step(Phase phase, Step step) {
    if (phase == Phase.CONCURRENT_MARK && step == Step.POLL) {
      move(far, first, NEAR);
    } else if (phase == Phase.PRECLEANING && step == Step.GOING_ON) {
      move(first, second, OTHER);
    }
    also.step(phase, step);
  }

  private void move(long from, long object, int global) {
    if (heap.reference(from, 0) == object) {
      heap.setReference(heap.global(global), 0, object);
      heap.setReference(from, 0, 0);
    }
  }

  @Override
  public PageSet changed(Phase phase, PageSet pages) {
    return also.changed(phase, pages);
  }

  private void expect(String which, long found, long wanted, long stamp) {
    if (found != wanted || heap.memory().getLong(heap.data(wanted)) != stamp) {
      throw new AssertionError(
          "the %s object is 0x%x with stamp %d, wanted 0x%x with %d"
              .formatted(which, found, heap.memory().getLong(heap.data(wanted)), wanted, stamp));
    }
  }
}
