package dev.ooh.criu.heap;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.Arrays;

/**
 * A heap that gives memory and never takes it back, in one tracked region. Globals and allocation
 * pointers lie in the region, too ({@link ArenaLayout}), so a restored region is a restored heap.
 * Objects of one size lie together, as in any allocator with size classes.
 *
 * <p>One thread allocates; any may read.
 */
public final class ArenaHeap implements Heap, DumpedHeap {
  private final AddressSpace space;
  private final Memory memory;
  private final Region region;
  private final Frame frame = new Frame();

  private ArenaHeap(AddressSpace space, Region region) {
    this.space = space;
    this.memory = space.memory();
    this.region = region;
  }

  /** Makes a heap of a fresh region. By a thread of the execution context. */
  public static ArenaHeap create(AddressSpace space, Region region) {
    ArenaHeap heap = new ArenaHeap(space, region);
    long base = region.start();
    heap.memory.putLong(base + ArenaLayout.MAGIC_AT, ArenaLayout.MAGIC);
    heap.memory.putLong(base + ArenaLayout.VERSION_AT, ArenaLayout.VERSION);
    heap.memory.putLong(base + ArenaLayout.LIMIT_AT, region.bytes());
    heap.memory.putLong(base + ArenaLayout.TOP_AT, base + ArenaLayout.BLOCKS_AT);
    return heap;
  }

  /**
   * Takes up the heap that lies in {@code region}. By a thread of the execution context.
   *
   * @throws IllegalStateException if none does, naming the address, what was found and wanted
   */
  public static ArenaHeap reopen(AddressSpace space, Region region) {
    ArenaHeap heap = new ArenaHeap(space, region);
    heap.expect(ArenaLayout.MAGIC_AT, ArenaLayout.MAGIC);
    heap.expect(ArenaLayout.VERSION_AT, ArenaLayout.VERSION);
    heap.expect(ArenaLayout.LIMIT_AT, region.bytes());
    return heap;
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
    long end = (word(ArenaLayout.TOP_AT) + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE;
    return PageSet.of(region.start(), end);
  }

  /** Bytes in objects, rounded up to their size classes. */
  public long objectBytes() {
    return word(ArenaLayout.OBJECT_BYTES_AT);
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
    long object = wanted <= SizeClasses.LARGEST ? small((int) wanted) : large(wanted);
    memory.putInt(object + ArenaLayout.OBJECT_REFERENCES, references);
    memory.putInt(object + ArenaLayout.OBJECT_DATA, dataBytes);
    return object;
  }

  private long small(int wanted) {
    int index = SizeClasses.index(wanted);
    int bytes = SizeClasses.bytes(index);
    long entry = region.start() + ArenaLayout.CLASSES_AT + (long) index * ArenaLayout.CLASS_BYTES;
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
    long top = word(ArenaLayout.TOP_AT);
    if (bytes > region.end() - top) {
      throw new HeapExhaustedException(
          "heap %s: asked for %d bytes with %d in objects, limit is %d"
              .formatted(region.name(), wanted, objectBytes(), region.bytes()));
    }
    memory.putLong(region.start() + ArenaLayout.TOP_AT, top + bytes);
    return top;
  }

  private void count(long bytes) {
    memory.putLong(region.start() + ArenaLayout.OBJECT_BYTES_AT, objectBytes() + bytes);
  }

  private long word(int at) {
    return memory.getLong(region.start() + at);
  }

  @Override
  public long reference(long object, int index) {
    return memory.getLong(slot(object, index));
  }

  @Override
  public void setReference(long object, int index, long target) {
    memory.putLong(slot(object, index), target);
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
    return memory.getLong(globalAt(index));
  }

  @Override
  public void setGlobal(int index, long object) {
    memory.putLong(globalAt(index), object);
  }

  private long globalAt(int index) {
    if (index < 0 || index >= GLOBALS) {
      throw new IndexOutOfBoundsException("global " + index + " of " + GLOBALS);
    }
    return region.start() + ArenaLayout.GLOBALS_AT + (long) index * Long.BYTES;
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
