package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;

/**
 * The set requests of one step of a part: request <i>i</i> of a run sets a key drawn uniformly
 * below the number of requests to <i>i</i>, and a part has those of its keys. A step ends early
 * while somebody waits for its end, since one request may store to several armed pages for the
 * first time, at up to 0.2 ms each. A cursor that is good for one step; what it came to enters the
 * heap with {@link #finish}.
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
  private final long seed;
  private final long keyRange;
  private final long firstKey;
  private final long endKey;
  private final long requestsPerPoll;
  private final long end;
  private long next;
  private long key;

  private SetRequests(Heap heap, EngineState state) {
    this.heap = heap;
    this.state = state;
    Part part = state.part();
    seed = part.seed();
    keyRange = part.requests();
    firstKey = part.firstKey();
    endKey = part.endKey();
    requestsPerPoll = (long) REQUESTS_PER_POLL * part.parts(); // of which so many are its own
    next = state.done();
    end = Math.min(next + (long) REQUESTS_PER_STEP * part.parts(), keyRange);
  }

  /** Those after the ones that {@code state} has as done. */
  public static SetRequests next(Heap heap, EngineState state) {
    return new SetRequests(heap, state);
  }

  /**
   * Goes to the part's next request, and polls now and then. Returns false when the step is to end.
   */
  public boolean advance() {
    while (next < end) {
      if (next % requestsPerPoll == 0) {
        heap.execution().poll();
        if (heap.execution().isStopAwaited() && next > state.done()) {
          return false;
        }
      }
      next++;
      key = SplitMix.below(keyRange, seed + next * SplitMix.STEP);
      if (key >= firstKey && key < endKey) {
        return true;
      }
    }
    return false;
  }

  /** The key of the request gone to, as comparable text. */
  public long key() {
    return KeyText.of(key);
  }

  /** The value of the request gone to, as comparable text. */
  public long value() {
    return KeyText.of(next - 1);
  }

  /** Notes the requests as done. Returns whether the part has more. */
  public boolean finish() {
    heap.execution().work(REQUESTS_PER_STEP);
    state.setDone(next);
    return next < keyRange;
  }
}
