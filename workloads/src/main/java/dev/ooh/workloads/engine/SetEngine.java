package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.ThreadedApplication;

/** An engine under set requests, of which each thread has a part of its own. */
public abstract class SetEngine extends ThreadedApplication {
  @Override
  public final int mostThreads() {
    return SetLoad.MOST_THREADS;
  }

  @Override
  public final int threads(Heap heap) {
    return EngineState.parts(heap);
  }

  @Override
  public final double progress(Heap heap, int thread) {
    return EngineState.of(heap, thread).progress();
  }

  @Override
  public final long result(Heap heap) {
    long digest = 0;
    for (int part = 0; part < threads(heap); part++) {
      digest = digest(heap, EngineState.of(heap, part), digest);
    }
    return digest;
  }

  /**
   * The digest of a part's records and of those before.
   *
   * @param digest of the parts before; 0 for the first
   */
  protected abstract long digest(Heap heap, EngineState part, long digest);
}
