package dev.ooh.gc.policy;

import org.jspecify.annotations.Nullable;

/**
 * What one thread needs to allocate without a lock: {@linkplain CellAllocator free cells} of each
 * kind that it uses; and its roots. Used by its thread; by the collector while that thread is
 * stopped.
 */
public final class Mutator {
  private final Thread thread;
  private final RootStack roots = new RootStack();
  private final @Nullable CellAllocator[] cells;
  private final @Nullable HoleLog holes;
  private long allocatedBytes;
  private long kept;

  /**
   * @param holes where holes that are entered are written down; null for nowhere
   */
  Mutator(Thread thread, @Nullable HoleLog holes) {
    this(thread, new CellAllocator[Kinds.COUNT], holes);
  }

  private Mutator(Thread thread, @Nullable CellAllocator[] cells, @Nullable HoleLog holes) {
    this.thread = thread;
    this.cells = cells;
    this.holes = holes;
  }

  /** This one's thread has ended, and {@code heir} takes over its holes. */
  Mutator inheritedBy(Thread heir) {
    Mutator inherited = new Mutator(heir, cells, holes);
    inherited.allocatedBytes = allocatedBytes;
    return inherited;
  }

  public Thread thread() {
    return thread;
  }

  public RootStack roots() {
    return roots;
  }

  /** The cells of {@code kind}, always the same ones. */
  public CellAllocator cells(int kind) {
    CellAllocator found = cells[kind];
    return found != null ? found : add(kind);
  }

  private CellAllocator add(int kind) {
    CellAllocator added = new CellAllocator(kind);
    cells[kind] = added;
    return added;
  }

  /**
   * Makes a new object a root until its allocation returns: releasing the lock may be a point to be
   * stopped at, and nobody else refers to it yet. 0 for none.
   */
  public void keep(long object) {
    kept = object;
  }

  /** The object being allocated; 0 for none. */
  public long kept() {
    return kept;
  }

  /** Gives up all holes: the free cells are found anew after a cycle. */
  void retire() {
    for (CellAllocator each : cells) {
      if (each != null) {
        each.retire();
      }
    }
  }

  /** Moves on to the next hole of the block that is searched. */
  void enterHole(CellAllocator of, long start, long end, int cellBehind) {
    // First: writing it down may fail, and nobody is to allocate where that is not known.
    if (holes != null) {
      holes.add(start, end);
    }
    of.enterHole(start, end, cellBehind);
    allocatedBytes += end - start;
  }

  /** The holes entered; null when they are not written down. */
  @Nullable HoleLog holes() {
    return holes;
  }

  /** Shows what is left of the current holes: cells that are free still. */
  void forEachRest(HoleLog.Visitor visitor) {
    for (CellAllocator each : cells) {
      if (each != null && each.hasRest()) {
        visitor.hole(each.cursor(), each.limit());
      }
    }
  }

  /** Bytes of holes entered since the last call. */
  public long takeAllocatedBytes() {
    long bytes = allocatedBytes;
    allocatedBytes = 0;
    return bytes;
  }
}
