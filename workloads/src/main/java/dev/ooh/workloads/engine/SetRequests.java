package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;

/**
 * The next set requests of a run, a few milliseconds' worth: request <i>i</i> sets a key drawn
 * uniformly below the number of requests to <i>i</i>. A cursor that is good for one step; what it
 * came to enters the heap with {@link #finish}.
 *
 * <pre>{@code
 * SetRequests requests = SetRequests.next(heap, state);
 * while (requests.advance()) {
 *   engine.set(requests.key(), requests.value());
 * }
 * return requests.finish();
 * }</pre>
 */
public final class SetRequests {
  private static final int REQUESTS_PER_STEP = 4096;
  private static final int REQUESTS_PER_POLL = 64;

  private final Heap heap;
  private final EngineState state;
  private final long keyRange;
  private final long end;
  private long random;
  private long next;

  private SetRequests(Heap heap, EngineState state) {
    this.heap = heap;
    this.state = state;
    keyRange = state.keyRange();
    random = state.random();
    next = state.done();
    end = Math.min(next + REQUESTS_PER_STEP, state.wanted());
  }

  /** Those after the ones that {@code state} has as done. */
  public static SetRequests next(Heap heap, EngineState state) {
    return new SetRequests(heap, state);
  }

  /** Goes to the next request, and polls now and then. Returns false when there is none. */
  public boolean advance() {
    if (next == end) {
      return false;
    }
    if (next % REQUESTS_PER_POLL == 0) {
      heap.execution().poll();
    }
    random += SplitMix.STEP;
    next++;
    return true;
  }

  /** The key of the request gone to, as comparable text. */
  public long key() {
    return KeyText.of(SplitMix.below(keyRange, random));
  }

  /** The value of the request gone to, as comparable text. */
  public long value() {
    return KeyText.of(next - 1);
  }

  /** Notes the requests as done. Returns whether the run has more. */
  public boolean finish() {
    heap.execution().work(REQUESTS_PER_STEP);
    state.setRandom(random);
    state.setDone(next);
    return next < state.wanted();
  }
}
