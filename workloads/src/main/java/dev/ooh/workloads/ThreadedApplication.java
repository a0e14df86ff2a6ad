package dev.ooh.workloads;

/** An application of several threads: what concerns all of them follows from what each is like. */
public abstract class ThreadedApplication implements Application {
  @Override
  public abstract int mostThreads();

  @Override
  public abstract int threads(Heap heap);

  @Override
  public abstract boolean step(Heap heap, int thread);

  @Override
  public abstract double progress(Heap heap, int thread);

  /** Takes a step of the thread that is least far. */
  @Override
  public final boolean step(Heap heap) {
    int threads = threads(heap);
    int slowest = 0;
    for (int thread = 1; thread < threads; thread++) {
      slowest = progress(heap, thread) < progress(heap, slowest) ? thread : slowest;
    }
    boolean more = step(heap, slowest);
    for (int thread = 0; thread < threads && !more; thread++) {
      more = progress(heap, thread) < 1;
    }
    return more;
  }

  /** On average. */
  @Override
  public final double progress(Heap heap) {
    int threads = threads(heap);
    double sum = 0;
    for (int thread = 0; thread < threads; thread++) {
      sum += progress(heap, thread);
    }
    return sum / threads;
  }
}
