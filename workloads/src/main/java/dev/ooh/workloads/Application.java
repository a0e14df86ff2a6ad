package dev.ooh.workloads;

import java.util.OptionalLong;

/**
 * A program over a {@link Heap}, cut into steps. Between steps all of its state is reachable from
 * the heap's globals, so a run may be checkpointed there and go on in another process.
 *
 * <p>Some applications run in several threads: each thread has steps of its own, and its place
 * between them is in the heap, too.
 */
public interface Application {
  /** By which the command line names it. */
  String name();

  /** Whether it reads the file that {@link Parameters#input} names; one that doesn't takes none. */
  default boolean readsInput() {
    return false;
  }

  /** How many threads a run can have. */
  default int mostThreads() {
    return 1;
  }

  /** The heap it needs at most, in bytes, under {@code parameters}; a hint for sizing memory. */
  long heapBytes(Parameters parameters);

  /** As {@link #heapBytes}, in a heap that never takes anything back. */
  default long allocatedBytes(Parameters parameters) {
    return heapBytes(parameters);
  }

  /** Builds the initial state. Only for a fresh heap. */
  void start(Heap heap, Parameters parameters);

  /**
   * Does one step, of some milliseconds at most where nothing it stores to is armed. One that
   * stores much ends early, with some of it done, while {@link
   * dev.ooh.memory.ExecutionContext#isStopAwaited a stop is awaited}. Returns false when there is
   * nothing left to do.
   */
  boolean step(Heap heap);

  /** How many threads the run in {@code heap} has. */
  default int threads(Heap heap) {
    return 1;
  }

  /**
   * As {@link #step(Heap)}, which takes a step of whichever thread: a step of thread {@code
   * thread}. Threads may take theirs at the same time.
   *
   * @param heap in which others may allocate at the same time
   * @param thread 0 to {@link #threads}, exclusive
   */
  default boolean step(Heap heap, int thread) {
    return step(heap);
  }

  /** How far the run is, 0 to 1, from the state in the heap alone. */
  double progress(Heap heap);

  /** How far thread {@code thread} is. */
  default double progress(Heap heap, int thread) {
    return progress(heap);
  }

  /**
   * A checksum of the result; the same for the same parameters on every heap and substrate, however
   * threads interleave.
   */
  long result(Heap heap);

  /**
   * What {@link #result} must be, computed another way, on the Java heap; empty where the
   * application has no second way. Takes about as long as the run itself, untracked.
   */
  default OptionalLong independentResult(Parameters parameters) {
    return OptionalLong.empty();
  }
}
