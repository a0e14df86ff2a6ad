package dev.ooh.gc;

import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.gc.plan.ConservativeRanges;
import dev.ooh.gc.plan.MarkSweep;
import dev.ooh.gc.plan.RootSet;
import dev.ooh.gc.plan.WeakTable;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellAllocator;
import dev.ooh.gc.policy.CheckedMemory;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MachineMemory;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutator;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A garbage-collected heap in an address space. Objects don't move.
 *
 * <p>Any number of the space's threads may use it; a thread that allocates polls now and then. One
 * that is not of the space's {@link ExecutionContext} is refused when it opens its first scope,
 * takes memory or collects, for no pause would stop it. A young cycle runs in the thread whose
 * allocation made it due, while the others are stopped at polls. A full one runs beside them, in a
 * thread of its own or in slices by those that allocate; or like a young one, always or when memory
 * ran out, as {@link HeapOptions.FullCycles} says. Not closing it costs nothing but memory: closing
 * the space frees everything.
 */
public final class CollectedHeap implements Heap, AutoCloseable {
  /**
   * Work units, of some ten nanoseconds, of handing out holes; and of zeroing, by the cache line.
   */
  private static final int HOLE_WORK = 10;

  private static final int LINE = 64;

  private final AddressSpace space;
  private final IntervalSource changedPages;
  private final Memory memory;

  /** What the program gets: in the checked mode not the space's own. */
  private final Memory shownMemory;

  private final boolean checked;
  private final ExecutionContext execution;
  private final boolean simulatedTime;
  private final ContextLock lock;
  private final Blocks blocks;
  private final ObjectModel objects;
  private final Spaces spaces;
  private final Mutators mutators;
  private final CollectorStatistics statistics;
  private final WeakTable weak;
  private final ConservativeRanges ranges;
  private final boolean conservative;
  private final MarkSweep plan;
  private final Region globalsRegion;
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
    this.space = space;
    this.changedPages = changedPages;
    memory = space.memory();
    execution = space.execution();
    simulatedTime = execution.simulatedTime();
    lock = execution.newLock();
    globalsRegion = space.map(RegionRequest.anonymous("globals", GLOBALS * Long.BYTES));
    globals = globalsRegion.start();
    long memoryBytes = simulatedTime ? Long.MAX_VALUE : MachineMemory.bytes();
    blocks = new Blocks(space, options.initialBytes(), options.maxBytes(), memoryBytes);
    MarkBits marks = new MarkBits();
    objects = new ObjectModel(memory, blocks);
    checked = options.checked();
    shownMemory = checked ? new CheckedMemory(memory, blocks, objects) : memory;
    conservative = options.conservative();
    mutators = new Mutators(conservative);
    spaces = new Spaces(memory, execution, blocks, marks);
    statistics = new CollectorStatistics(execution);
    weak = new WeakTable(lock, objects);
    ranges = new ConservativeRanges(lock);
    ValidPointers pointers = new ValidPointers(blocks, objects, marks, mutators);
    plan =
        new MarkSweep(
            space,
            lock,
            options,
            changedPages,
            observer,
            statistics,
            blocks,
            marks,
            objects,
            spaces,
            mutators,
            new RootSet(memory, globals, mutators, ranges, pointers),
            weak,
            pointers);
  }

  @Override
  public Memory memory() {
    return shownMemory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public long allocate(int references, int dataBytes) {
    int kind = Kinds.exact(references, dataBytes);
    if (kind == 0) {
      return allocateHeaded(references, dataBytes);
    }
    Mutator mutator = mutator();
    CellAllocator cells = mutator.cells(kind);
    long object = cells.bump();
    return object != 0 ? object : allocateSlowly(mutator, cells, 0);
  }

  @Override
  public Allocator allocator(int references, int dataBytes) {
    int kind = Kinds.exact(references, dataBytes);
    return kind == 0 ? Heap.super.allocator(references, dataBytes) : new ExactAllocator(kind);
  }

  @Override
  public long reference(long object, int index) {
    return memory.getLong(ObjectModel.slot(object, index));
  }

  @Override
  public void setReference(long object, int index, long target) {
    if (checked) {
      objects.checkSlot(object, index);
    }
    memory.putLong(ObjectModel.slot(object, index), target);
  }

  @Override
  public int referenceCount(long object) {
    return objects.references(object);
  }

  @Override
  public long data(long object) {
    return objects.data(object);
  }

  @Override
  public int dataBytes(long object) {
    return objects.dataBytes(object);
  }

  @Override
  public long global(int index) {
    return memory.getLong(globalAddress(index));
  }

  @Override
  public void setGlobal(int index, long object) {
    memory.putLong(globalAddress(index), object);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A thread's first scope, like its first allocation, takes the heap's lock, at which others
   * may collect: what is to be a root in it must be one already, or come to be known after.
   */
  @Override
  public Scope scope() {
    return mutator().roots().open();
  }

  /**
   * A new object without slots of which each whole word, counted from its address, may be a
   * reference: it keeps the object alive of whose bytes it is the address of one. What just looks
   * like an address keeps garbage alive, and does no harm otherwise. Else as {@link #allocate}.
   *
   * @param dataBytes 0 or more
   * @throws IllegalStateException if the heap is not {@linkplain HeapOptions#conservative
   *     conservative}
   */
  public long allocateConservative(int dataBytes) {
    checkConservative();
    if (dataBytes < 0) {
      throw new IllegalArgumentException(
          "object has %d data bytes, wanted 0 or more".formatted(dataBytes));
    }
    return allocateHeaded(Kinds.conservative(dataBytes), 0, dataBytes);
  }

  /**
   * From now on words of {@code segment} may be references, in this machine's byte order: as long
   * as its arena is open. Any thread may close that at any time; the range is forgotten then.
   *
   * @throws IllegalStateException if the heap is not {@linkplain HeapOptions#conservative
   *     conservative}
   * @throws IllegalArgumentException if only one thread may read it, or it is not native
   */
  public ConservativeRange registerRange(MemorySegment segment) {
    checkConservative();
    if (!segment.isNative() || !segment.isAccessibleBy(new Thread(() -> {}))) {
      throw new IllegalArgumentException(
          "range is %s, wanted native memory that any thread may read".formatted(segment));
    }
    return ranges.add(segment);
  }

  /**
   * From now on words of this memory of the heap's space may be references. It must stay mapped
   * until the range is closed.
   *
   * @param address of the first byte
   * @throws IllegalStateException if the heap is not {@linkplain HeapOptions#conservative
   *     conservative}
   * @throws IllegalArgumentException if it is not part of one region
   */
  public ConservativeRange registerRange(long address, long bytes) {
    checkConservative();
    if (bytes < 0
        || space.regions().stream()
            .noneMatch(region -> region.start() <= address && bytes <= region.end() - address)) {
      throw new IllegalArgumentException(
          "range is %d bytes at 0x%x, wanted a part of one region".formatted(bytes, address));
    }
    return ranges.add(memory, address, bytes);
  }

  private void checkConservative() {
    if (!conservative) {
      throw new IllegalStateException(
          "the heap is precise, wanted one with the conservative option");
    }
  }

  /** A new queue, by which weak handles are made and come back when they were cleared. */
  public WeakQueue weakQueue() {
    return weak.queue();
  }

  /**
   * Prepares for the first cycle's pause: asks once, about nothing, so that a technique sets itself
   * up; and where time is not simulated runs small cycles for some ten milliseconds, at most 300,
   * so that what a pause runs is compiled.
   */
  public void prepareTracking() {
    plan.prepareTracking();
    if (!simulatedTime) {
      Rehearsal.run(space, Rehearsal.options(), changedPages);
    }
  }

  /** After {@link #close}: frees all memory. */
  void unmap() {
    space.unmap(globalsRegion);
    blocks.unmap();
  }

  /** Collects now. Returns false when the other threads could not be stopped. */
  public boolean collect(boolean full) {
    Mutator mutator = mutator();
    checkMember();
    long came = measuredNow();
    lock.lock();
    try {
      account(mutator);
      return plan.collect(full, Cause.REQUESTED, waitingSince(came));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins a full cycle beside the program, as if old objects had doubled.
   *
   * @return false when one runs already, or full cycles are pauses
   */
  public boolean startFullCycle() {
    lock.lock();
    try {
      return plan.startFullCycle(Cause.REQUESTED);
    } finally {
      lock.unlock();
    }
  }

  /** From now on {@code listener} is told what the collector does. */
  public void addListener(CycleListener listener) {
    lock.lock();
    try {
      statistics.addListener(listener);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What each of the last {@value CollectorStatistics#KEPT_CYCLES} cycles did, in the order of
   * their ends; a copy. A listener is told of all.
   */
  public List<CycleRecord> cycles() {
    lock.lock();
    try {
      return statistics.cycles();
    } finally {
      lock.unlock();
    }
  }

  /**
   * When mutators had to wait for the collector: in its pauses, from the request to stop on, and
   * for memory; where time is measured, for the heap's lock, too, if an allocation or {@link
   * #collect} waited for it and that took 0.1 ms or more. Not told are waits for it of what else
   * takes it: a thread's first scope, making weak handles, registering ranges and closing them. The
   * last {@value CollectorStatistics#KEPT_PAUSES}, in order and apart from each other; a copy.
   * Percentiles and utilization that are computed from them are of the time since the first of them
   * began.
   */
  public List<Pause> pauses() {
    lock.lock();
    try {
      return statistics.pauses();
    } finally {
      lock.unlock();
    }
  }

  /** The most memory that was ever in use, in bytes; whole blocks. */
  public long peakBytes() {
    lock.lock();
    try {
      return blocks.usedBytes();
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

  /**
   * Stops collecting and asking which pages changed. The memory stays mapped until its space is
   * closed.
   *
   * @throws IllegalStateException if verification found an object lost or damaged
   */
  @Override
  public void close() {
    plan.close();
  }

  private Mutator mutator() {
    Mutator mutator = mutators.current();
    return mutator != null ? mutator : register();
  }

  private Mutator register() {
    checkMember();
    lock.lock();
    try {
      return mutators.register();
    } finally {
      lock.unlock();
    }
  }

  private long allocateHeaded(int references, int dataBytes) {
    if ((references | dataBytes) < 0) {
      throw new IllegalArgumentException(
          "object has %d references and %d data bytes, wanted neither below 0"
              .formatted(references, dataBytes));
    }
    return allocateHeaded(Kinds.headed(references, dataBytes), references, dataBytes);
  }

  private long allocateHeaded(int kind, int references, int dataBytes) {
    long header = ObjectHeader.of(references, dataBytes);
    Mutator mutator = mutator();
    if (Kinds.isLarge(kind)) {
      return allocateLarge(mutator, kind, ObjectHeader.cellBytes(references, dataBytes), header);
    }
    CellAllocator cells = mutator.cells(kind);
    long cell = cells.bump();
    return cell != 0 ? begin(cell, header) : allocateSlowly(mutator, cells, header);
  }

  /** A thread that has left the context since it registered is refused at its next memory. */
  private void checkMember() {
    if (!execution.isMember()) {
      throw new IllegalStateException(
          "thread %s is none of the space's, wanted one within its execution().run or spawned there"
              .formatted(Thread.currentThread().getName()));
    }
  }

  /**
   * Makes a cell an object.
   *
   * @param header 0 for none
   */
  private long begin(long cell, long header) {
    if (header == 0) {
      return cell;
    }
    memory.putLong(cell, header);
    return cell + ObjectHeader.BYTES;
  }

  private long allocateSlowly(Mutator mutator, CellAllocator cells, long header) {
    checkMember();
    if (spaces.nextHole(mutator, cells)) {
      return begin(cells.bump(), header);
    }
    execution.poll();
    long came = measuredNow();
    lock.lock();
    try {
      acquireBlock(mutator, cells, came);
      long object = begin(cells.bump(), header);
      mutator.keep(object);
      return object;
    } finally {
      lock.unlock();
      mutator.keep(0);
    }
  }

  private void acquireBlock(Mutator mutator, CellAllocator cells, long came) {
    plan.assist(account(mutator));
    if (plan.isDue(0)) {
      plan.collect(false, Cause.ALLOCATION, waitingSince(came));
    }
    if (!spaces.acquireBlock(mutator, cells)) {
      long since = waitingSince(came);
      Optional<String> futile = plan.makeRoom(since);
      boolean acquired = futile.isEmpty() && spaces.acquireBlock(mutator, cells);
      statistics.stalled(since);
      if (!acquired) {
        throw exhausted(Kinds.cellBytes(cells.kind()), futile);
      }
    }
    waited(came);
  }

  /** Now; 0 where time is simulated: who waits for the lock there waits for a processor as well. */
  private long measuredNow() {
    return simulatedTime ? 0 : execution.nanoTime();
  }

  /**
   * Since when the caller, which holds the lock, waits for memory.
   *
   * @param came when it asked for the lock, by {@link #measuredNow}
   */
  private long waitingSince(long came) {
    return simulatedTime ? execution.nanoTime() : came;
  }

  /** Who {@code came} has memory now. */
  private void waited(long came) {
    if (!simulatedTime) {
      statistics.waited(came);
    }
  }

  private long allocateLarge(Mutator mutator, int kind, long bytes, long header) {
    checkMember();
    execution.poll();
    long came = measuredNow();
    lock.lock();
    try {
      long room = Blocks.roomBytes(bytes);
      plan.assist(account(mutator) + room);
      if (plan.isDue(room)) {
        plan.collect(false, Cause.ALLOCATION, waitingSince(came));
      }
      long object = bytes > blocks.maxBytes() ? 0 : spaces.allocateLarge(bytes, kind);
      if (object == 0) {
        long since = waitingSince(came);
        Optional<String> futile = plan.makeRoom(since);
        boolean hopeless = futile.isPresent() || bytes > blocks.maxBytes();
        object = hopeless ? 0 : spaces.allocateLarge(bytes, kind);
        statistics.stalled(since);
        if (object == 0) {
          throw exhausted(bytes, futile);
        }
      }
      waited(came);
      plan.allocated(room);
      memory.putLong(object - ObjectHeader.BYTES, header);
      mutator.keep(object);
      execution.work(HOLE_WORK + bytes / LINE);
      return object;
    } finally {
      lock.unlock();
      mutator.keep(0);
    }
  }

  /** Returns how many bytes were allocated since the last call. */
  private long account(Mutator mutator) {
    long bytes = mutator.takeAllocatedBytes();
    plan.allocated(bytes);
    execution.work(HOLE_WORK + bytes / LINE);
    return bytes;
  }

  private HeapExhaustedException exhausted(long bytes, Optional<String> futile) {
    spaces.finishSweep();
    return new HeapExhaustedException(
        ("no memory for %d bytes: of the heap's %d bytes %d are mapped and %d in objects; %d are"
                + " free, the longest mapped run of them %d%s%s%s")
            .formatted(
                bytes,
                blocks.maxBytes(),
                (long) blocks.mapped() * Blocks.BLOCK_BYTES,
                spaces.liveBytes(),
                blocks.freeBytes(),
                blocks.longestFreeRun(),
                futile.map("; "::concat).orElse(""),
                plan.refusal().isEmpty() ? "" : "; it was not collected: " + plan.refusal(),
                blocks.refusal().isEmpty() ? "" : "; it may not grow: " + blocks.refusal()));
  }

  private long globalAddress(int index) {
    if (index < 0 || index >= GLOBALS) {
      throw new IllegalArgumentException(
          "global is %d, wanted 0 to %d".formatted(index, GLOBALS - 1));
    }
    return globals + (long) index * Long.BYTES;
  }

  /** Looks nothing up: its thread and kind are known. */
  private final class ExactAllocator implements Allocator {
    private final Mutator mutator = mutator();
    private final CellAllocator cells;

    ExactAllocator(int kind) {
      cells = mutator.cells(kind);
    }

    @Override
    public long allocate() {
      long object = cells.bump();
      return object != 0 ? object : allocateSlowly(mutator, cells, 0);
    }
  }
}
