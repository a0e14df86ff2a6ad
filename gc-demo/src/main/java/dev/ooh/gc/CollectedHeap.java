package dev.ooh.gc;

import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.gc.plan.MarkSweep;
import dev.ooh.gc.plan.RootSet;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellSpace;
import dev.ooh.gc.policy.LargeObjectSpace;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutator;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.SizeClasses;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.List;

/**
 * A garbage-collected heap in an address space. Objects don't move.
 *
 * <p>Any number of the space's threads may use it; a thread that allocates polls now and then. A
 * cycle runs in the thread whose allocation made it due, while the others are stopped at polls. Not
 * closing it costs nothing but memory: closing the space frees everything.
 */
public final class CollectedHeap implements Heap, AutoCloseable {
  /**
   * Work units, of some ten nanoseconds, of handing out holes; and of zeroing, by the cache line.
   */
  private static final int HOLE_WORK = 10;

  private static final int LINE = 64;

  private final Memory memory;
  private final ExecutionContext execution;
  private final ContextLock lock;
  private final Blocks blocks;
  private final CellSpace cells;
  private final LargeObjectSpace large;
  private final Mutators mutators = new Mutators();
  private final MarkSweep plan;
  private final long globals;

  /** A heap whose collector asks its own, woven or unwoven, question. */
  public CollectedHeap(AddressSpace space, HeapOptions options) {
    this(space, options, new ChangedPagesQuery(), (watched, interval) -> {});
  }

  /**
   * @param changedPages asked once a cycle
   * @param observer told once a cycle
   */
  public CollectedHeap(
      AddressSpace space,
      HeapOptions options,
      IntervalSource changedPages,
      CycleObserver observer) {
    memory = space.memory();
    execution = space.execution();
    lock = execution.newLock();
    globals = space.map(RegionRequest.anonymous("globals", GLOBALS * Long.BYTES)).start();
    blocks = new Blocks(space, options.initialBytes(), options.maxBytes());
    MarkBits marks = new MarkBits();
    cells = new CellSpace(memory, blocks, marks);
    large = new LargeObjectSpace(memory, blocks, marks);
    plan =
        new MarkSweep(
            space,
            options,
            changedPages,
            observer,
            blocks,
            marks,
            cells,
            large,
            mutators,
            new RootSet(memory, globals, mutators));
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public long allocate(int references, int dataBytes) {
    if ((references | dataBytes) < 0) {
      throw new IllegalArgumentException(
          "object has %d references and %d data bytes, wanted neither below 0"
              .formatted(references, dataBytes));
    }
    long bytes = ObjectHeader.objectBytes(references, dataBytes);
    long header = ObjectHeader.of(references, dataBytes);
    if (bytes > SizeClasses.LARGEST) {
      return allocateLarge(mutator(), bytes, header);
    }
    int kind = SizeClasses.kind(bytes, references);
    Mutator mutator = mutator();
    long object = mutator.bump(kind, SizeClasses.cellBytes(kind));
    if (object == 0) {
      return allocateSlowly(mutator, kind, header);
    }
    memory.putLong(object, header);
    return object;
  }

  @Override
  public long reference(long object, int index) {
    return memory.getLong(ObjectHeader.slot(object, index));
  }

  @Override
  public void setReference(long object, int index, long target) {
    memory.putLong(ObjectHeader.slot(object, index), target);
  }

  @Override
  public int referenceCount(long object) {
    return ObjectHeader.references(memory.getLong(object));
  }

  @Override
  public long data(long object) {
    return ObjectHeader.data(object, memory.getLong(object));
  }

  @Override
  public int dataBytes(long object) {
    return ObjectHeader.dataBytes(memory.getLong(object));
  }

  @Override
  public long global(int index) {
    return memory.getLong(globalAddress(index));
  }

  @Override
  public void setGlobal(int index, long object) {
    memory.putLong(globalAddress(index), object);
  }

  @Override
  public Scope scope() {
    return mutator().roots().open();
  }

  /**
   * Asks once, about nothing, so that a technique sets itself up now instead of in the first
   * cycle's pause.
   */
  public void prepareTracking() {
    plan.prepareTracking();
  }

  /** Collects now. Returns false when the other threads could not be stopped. */
  public boolean collect(boolean full) {
    Mutator mutator = mutator();
    lock.lock();
    try {
      account(mutator);
      return plan.collect(full);
    } finally {
      lock.unlock();
    }
  }

  /** What each cycle so far did; a copy. */
  public List<CycleRecord> cycles() {
    lock.lock();
    try {
      return plan.cycles();
    } finally {
      lock.unlock();
    }
  }

  /** The most memory that was ever in use, in bytes; whole blocks. */
  public long peakBytes() {
    lock.lock();
    try {
      return (long) blocks.used() * Blocks.BLOCK_BYTES;
    } finally {
      lock.unlock();
    }
  }

  /** The mapped pages of objects. */
  public PageSet pages() {
    lock.lock();
    try {
      return blocks.pages();
    } finally {
      lock.unlock();
    }
  }

  /** Stops asking which pages changed. The memory stays mapped until its space is closed. */
  @Override
  public void close() {
    plan.close();
  }

  private Mutator mutator() {
    Mutator mutator = mutators.current();
    return mutator != null ? mutator : register();
  }

  private Mutator register() {
    lock.lock();
    try {
      return mutators.register();
    } finally {
      lock.unlock();
    }
  }

  private long allocateSlowly(Mutator mutator, int kind, long header) {
    int cellBytes = SizeClasses.cellBytes(kind);
    if (cells.nextHole(mutator, kind)) {
      long object = mutator.bump(kind, cellBytes);
      memory.putLong(object, header);
      return object;
    }
    execution.poll();
    lock.lock();
    try {
      acquireBlock(mutator, kind);
      long object = mutator.bump(kind, cellBytes);
      memory.putLong(object, header);
      mutator.keep(object);
      return object;
    } finally {
      lock.unlock();
      mutator.keep(0);
    }
  }

  private void acquireBlock(Mutator mutator, int kind) {
    account(mutator);
    if (plan.isDue()) {
      plan.collect(false);
    }
    if (cells.acquireBlock(mutator, kind)) {
      return;
    }
    boolean collected = plan.collect(true);
    if (!cells.acquireBlock(mutator, kind)) {
      throw exhausted(SizeClasses.cellBytes(kind), collected);
    }
  }

  private long allocateLarge(Mutator mutator, long bytes, long header) {
    execution.poll();
    lock.lock();
    try {
      account(mutator);
      plan.allocated(bytes);
      if (plan.isDue()) {
        plan.collect(false);
      }
      long object = bytes > blocks.maxBytes() ? 0 : large.allocate(bytes);
      if (object == 0) {
        boolean collected = plan.collect(true);
        object = bytes > blocks.maxBytes() ? 0 : large.allocate(bytes);
        if (object == 0) {
          throw exhausted(bytes, collected);
        }
      }
      memory.putLong(object, header);
      mutator.keep(object);
      execution.work(HOLE_WORK + bytes / LINE);
      return object;
    } finally {
      lock.unlock();
      mutator.keep(0);
    }
  }

  private void account(Mutator mutator) {
    long bytes = mutator.takeAllocatedBytes();
    plan.allocated(bytes);
    execution.work(HOLE_WORK + bytes / LINE);
  }

  private HeapExhaustedException exhausted(long bytes, boolean collected) {
    return new HeapExhaustedException(
        "no memory for %d bytes: %d of the heap's %d bytes are mapped%s%s"
            .formatted(
                bytes,
                (long) blocks.mapped() * Blocks.BLOCK_BYTES,
                blocks.maxBytes(),
                collected ? "" : ", and threads could not be stopped for a collection",
                blocks.refusal().isEmpty() ? "" : ", and it may not grow: " + blocks.refusal()));
  }

  private long globalAddress(int index) {
    if (index < 0 || index >= GLOBALS) {
      throw new IllegalArgumentException(
          "global is %d, wanted 0 to %d".formatted(index, GLOBALS - 1));
    }
    return globals + (long) index * Long.BYTES;
  }
}
