package dev.ooh.workloads.engine;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;

/**
 * An in-memory engine under a {@link SetLoad}. Each engine has the loop over its requests itself,
 * so that a call to its table is a call to one class.
 */
public abstract class SetEngine implements Application {
  /** Of a heap, beside an engine's records. */
  protected static final long SPARE_BYTES = 4 << 20;

  protected final SetLoad load;
  private final String name;

  /**
   * @param name as the paper has it
   */
  protected SetEngine(String name, SetLoad load) {
    this.name = name;
    this.load = load;
  }

  /**
   * Checks a number of buckets, and returns it.
   *
   * @throws IllegalArgumentException unless it is 1 to {@link SetLoad#MOST}
   */
  protected static long checkBuckets(long buckets) {
    if (buckets < 1 || buckets > SetLoad.MOST) {
      throw new IllegalArgumentException(
          "buckets is %d, wanted 1 to %d".formatted(buckets, SetLoad.MOST));
    }
    return buckets;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final double progress(Heap heap) {
    return EngineState.of(heap).progress();
  }
}
