package dev.ooh.criu.heap;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.Arrays;
import java.util.Objects;

/**
 * A heap that gives memory and never takes it back, in one tracked region. Globals and allocation
 * pointers lie in the region, too ({@link ArenaLayout}), so a restored region is a restored heap.
 * Objects of one size lie together, as in any allocator with size classes.
 *
 * <p>A restored heap need not be where it was: in memory there are no addresses, but distances from
 * the region's start. Whoever holds an address of an object holds one of this mapping.
 *
 * <p>Each thread that allocates does so by {@link #forThread its own} object of this class, from
 * blocks of its own; any may read.
 */
public final class ArenaHeap implements Heap, DumpedHeap {
  private final AddressSpace space;
  private final Memory memory;
  private final Region region;
  private final long base;
  private final int threads;

  /** Guards the top, where threads take their blocks. */
  private final ContextLock top;

  /** Where the thread's own part of the arena's first pages is. */
  private final long own;

  private final Frame frame = new Frame();

  private ArenaHeap(AddressSpace space, Region region, int threads, ContextLock top, int thread) {
    this.space = space;
    this.memory = space.memory();
    this.region = region;
    this.base = region.start();
    this.threads = threads;
    this.top = top;
    this.own = base + (long) thread * ArenaLayout.THREAD_BYTES;
  }

  private static ArenaHeap of(AddressSpace space, Region region, int threads) {
    return new ArenaHeap(space, region, threads, space.execution().newLock(), 0);
  }

  /** Makes a heap of a fresh region, for one thread. By a thread of the execution context. */
  public static ArenaHeap create(AddressSpace space, Region region) {
    return create(space, region, 1);
  }

  /**
   * As above, for several threads.
   *
   * @param threads that allocate, 1 to {@link #GLOBALS}; it is for the first of them
   * @throws HeapExhaustedException if the region holds less than what each thread has of its own
   */
  public static ArenaHeap create(AddressSpace space, Region region, int threads) {
    ArenaHeap heap = of(space, region, Objects.checkIndex(threads - 1, GLOBALS) + 1);
    long first = (long) threads * ArenaLayout.THREAD_BYTES;
    if (first > region.bytes()) {
      throw new HeapExhaustedException(
          "heap %s: %d threads need %d bytes before the first object, limit is %d"
              .formatted(region.name(), threads, first, region.bytes()));
    }
    Memory memory = heap.memory;
    memory.putLong(heap.base + ArenaLayout.MAGIC_AT, ArenaLayout.MAGIC);
    memory.putLong(heap.base + ArenaLayout.VERSION_AT, ArenaLayout.VERSION);
    memory.putLong(heap.base + ArenaLayout.LIMIT_AT, region.bytes());
    memory.putLong(heap.base + ArenaLayout.THREADS_AT, threads);
    memory.putLong(heap.base + ArenaLayout.TOP_AT, first);
    return heap;
  }

  /**
   * Takes up the heap that lies in {@code region}. By a thread of the execution context.
   *
   * @throws IllegalStateException if none does, naming the address, what was found and wanted
   */
  public static ArenaHeap reopen(AddressSpace space, Region region) {
    ArenaHeap heap = of(space, region, 1);
    heap.expect(ArenaLayout.MAGIC_AT, ArenaLayout.MAGIC);
    long version = heap.word(ArenaLayout.VERSION_AT);
    if (version != ArenaLayout.VERSION) {
      throw new IllegalStateException(
          "heap %s: layout version is %d, wanted %d: another ooh made it"
              .formatted(region.name(), version, ArenaLayout.VERSION));
    }
    heap.expect(ArenaLayout.LIMIT_AT, region.bytes());
    long threads = heap.word(ArenaLayout.THREADS_AT);
    if (threads < 1 || threads > GLOBALS) {
      throw new IllegalStateException(
          "heap %s at 0x%x: found 0x%x threads, wanted 1 to %d"
              .formatted(region.name(), region.start() + ArenaLayout.THREADS_AT, threads, GLOBALS));
    }
    return of(space, region, (int) threads);
  }

  /**
   * The same heap for thread {@code thread} to allocate in, 0 to their number, exclusive; its
   * scopes are its own. For that thread alone.
   */
  public ArenaHeap forThread(int thread) {
    return new ArenaHeap(space, region, threads, top, Objects.checkIndex(thread, threads));
  }

  private void expect(int at, long wanted) {
    long found = word(at);
    if (found != wanted) {
      throw new IllegalStateException(
          "heap %s at 0x%x: found 0x%x, wanted 0x%x"
              .formatted(region.name(), region.start() + at, found, wanted));
    }
  }

  public Region region() {
    return region;
  }

  @Override
  public long start() {
    return region.start();
  }

  /** The pages below the last block's end. */
  @Override
  public PageSet used() {
    long bytes = (word(ArenaLayout.TOP_AT) + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE;
    return PageSet.of(base, base + bytes);
  }

  /** Bytes in objects, rounded up to their size classes. */
  public long objectBytes() {
    long sum = 0;
    for (int thread = 0; thread < threads; thread++) {
      sum += word(thread * ArenaLayout.THREAD_BYTES + ArenaLayout.OBJECT_BYTES_AT);
    }
    return sum;
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return space.execution();
  }

  @Override
  public long allocate(int references, int dataBytes) {
    if (references < 0 || dataBytes < 0) {
      throw new IllegalArgumentException(
          "object of %d references and %d bytes, wanted 0 or more of both"
              .formatted(references, dataBytes));
    }
    long wanted = ArenaLayout.OBJECT_HEADER + (long) Long.BYTES * references + dataBytes;
    long object = base + (wanted <= SizeClasses.LARGEST ? small((int) wanted) : large(wanted));
    memory.putInt(object + ArenaLayout.OBJECT_REFERENCES, references);
    memory.putInt(object + ArenaLayout.OBJECT_DATA, dataBytes);
    return object;
  }

  private long small(int wanted) {
    int index = SizeClasses.index(wanted);
    int bytes = SizeClasses.bytes(index);
    long entry = own + ArenaLayout.CLASSES_AT + (long) index * ArenaLayout.CLASS_BYTES;
    long next = memory.getLong(entry + ArenaLayout.CLASS_NEXT);
    if (next == 0 || next + bytes > memory.getLong(entry + ArenaLayout.CLASS_END)) {
      next = take(ArenaLayout.BLOCK_BYTES, wanted);
      memory.putLong(entry + ArenaLayout.CLASS_END, next + ArenaLayout.BLOCK_BYTES);
    }
    memory.putLong(entry + ArenaLayout.CLASS_NEXT, next + bytes);
    count(bytes);
    return next;
  }

  private long large(long wanted) {
    long bytes = (wanted + Long.BYTES - 1) & -Long.BYTES;
    long object = take(bytes, wanted);
    count(bytes);
    return object;
  }

  private long take(long bytes, long wanted) {
    if (threads == 1) {
      return takeAlone(bytes, wanted);
    }
    top.lock();
    try {
      return takeAlone(bytes, wanted);
    } finally {
      top.unlock();
    }
  }

  private long takeAlone(long bytes, long wanted) {
    long taken = word(ArenaLayout.TOP_AT);
    if (bytes > region.bytes() - taken) {
      throw new HeapExhaustedException(
          "heap %s: asked for %d bytes with %d in objects, limit is %d"
              .formatted(region.name(), wanted, objectBytes(), region.bytes()));
    }
    memory.putLong(base + ArenaLayout.TOP_AT, taken + bytes);
    return taken;
  }

  private void count(long bytes) {
    long place = own + ArenaLayout.OBJECT_BYTES_AT;
    memory.putLong(place, memory.getLong(place) + bytes);
  }

  private long word(int at) {
    return memory.getLong(base + at);
  }

  private long addressAt(long place) {
    long distance = memory.getLong(place);
    return distance == 0 ? 0 : base + distance;
  }

  private void putAddress(long place, long address) {
    memory.putLong(place, address == 0 ? 0 : address - base);
  }

  @Override
  public long reference(long object, int index) {
    return addressAt(slot(object, index));
  }

  @Override
  public void setReference(long object, int index, long target) {
    putAddress(slot(object, index), target);
  }

  private static long slot(long object, int index) {
    return object + ArenaLayout.OBJECT_HEADER + (long) Long.BYTES * index;
  }

  @Override
  public int referenceCount(long object) {
    return memory.getInt(object + ArenaLayout.OBJECT_REFERENCES);
  }

  @Override
  public long data(long object) {
    return slot(object, referenceCount(object));
  }

  @Override
  public int dataBytes(long object) {
    return memory.getInt(object + ArenaLayout.OBJECT_DATA);
  }

  @Override
  public long global(int index) {
    return addressAt(globalAt(index));
  }

  @Override
  public void setGlobal(int index, long object) {
    putAddress(globalAt(index), object);
  }

  private long globalAt(int index) {
    if (index < 0 || index >= GLOBALS) {
      throw new IndexOutOfBoundsException("global " + index + " of " + GLOBALS);
    }
    return base + ArenaLayout.GLOBALS_AT + (long) index * Long.BYTES;
  }

  @Override
  public Scope scope() {
    return frame.open();
  }

  /** Nothing is collected, so roots need only be remembered for those who read them back. */
  private static final class Frame implements Scope {
    private long[] roots = new long[64];
    private int[] starts = new int[16];
    private int depth;
    private int used;

    Scope open() {
      if (depth == starts.length) {
        starts = Arrays.copyOf(starts, 2 * depth);
      }
      starts[depth++] = used;
      return this;
    }

    @Override
    public int add(long object) {
      if (used == roots.length) {
        roots = Arrays.copyOf(roots, 2 * used);
      }
      roots[used] = object;
      return used++;
    }

    @Override
    public long get(int root) {
      return roots[root];
    }

    @Override
    public void set(int root, long object) {
      roots[root] = object;
    }

    @Override
    public void close() {
      used = starts[--depth];
    }
  }
}
