package dev.ooh.workloads.engine;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.concurrent.Callable;

/** A heap over one region, without collection; its bytes are all of its state. */
public final class PlainHeap implements Heap {
  private static final int NEXT = 8 * GLOBALS;
  private static final int FIRST_OBJECT = NEXT + 8;

  private final AddressSpace space;
  private final Region region;
  private final Memory memory;
  private int polls;
  private boolean stopAwaited;

  public PlainHeap(int size) {
    this(new TestSpace(), size);
    memory.putLong(region.start() + NEXT, region.start() + FIRST_OBJECT);
  }

  private PlainHeap(TestSpace space, int size) {
    this(space, space.map(RegionRequest.anonymous("heap", size)));
  }

  private PlainHeap(AddressSpace space, Region region) {
    this.space = space;
    this.region = region;
    this.memory = space.memory();
  }

  /** Another heap with the same contents. */
  public PlainHeap copy() {
    try {
      return new PlainHeap(space.facility(Fork.class).orElseThrow().fork("copy"), region);
    } catch (FacilityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** This heap, in whose context somebody waits for a restartable poll from now on. */
  public PlainHeap withStopAwaited() {
    stopAwaited = true;
    return this;
  }

  public int polls() {
    return polls;
  }

  public long usedBytes() {
    return end() - region.start();
  }

  /** The first address that nothing lies at. */
  public long end() {
    return memory.getLong(region.start() + NEXT);
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public long allocate(int references, int dataBytes) {
    long object = end();
    long end = object + ((8L + 8L * references + dataBytes + 7) & -8);
    if (end > region.end()) {
      throw new HeapExhaustedException("wanted up to " + end + " of " + region);
    }
    memory.putLong(region.start() + NEXT, end);
    memory.putInt(object, references);
    memory.putInt(object + 4, dataBytes);
    return object;
  }

  @Override
  public long reference(long object, int index) {
    return memory.getLong(slot(object, index));
  }

  @Override
  public void setReference(long object, int index, long target) {
    memory.putLong(slot(object, index), target);
  }

  private long slot(long object, int index) {
    if (index < 0 || index >= referenceCount(object)) {
      throw new IndexOutOfBoundsException(index + " of " + referenceCount(object));
    }
    return object + 8 + 8L * index;
  }

  @Override
  public int referenceCount(long object) {
    return memory.getInt(object);
  }

  @Override
  public long data(long object) {
    return object + 8 + 8L * referenceCount(object);
  }

  @Override
  public int dataBytes(long object) {
    return memory.getInt(object + 4);
  }

  @Override
  public long global(int index) {
    return memory.getLong(region.start() + 8L * index);
  }

  @Override
  public void setGlobal(int index, long object) {
    memory.putLong(region.start() + 8L * index, object);
  }

  @Override
  public Scope scope() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ExecutionContext execution() {
    return new Direct();
  }

  /** The calling thread, without a clock. */
  private final class Direct implements ExecutionContext {
    @Override
    public <T> T run(Callable<T> body) throws Exception {
      return body.call();
    }

    @Override
    public TrackedThread spawn(String name, Runnable body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isMember() {
      return true;
    }

    @Override
    public void poll() {
      polls++;
    }

    @Override
    public void pollRestartable() {
      throw new AssertionError("a step has state outside the heap");
    }

    @Override
    public boolean isStopAwaited() {
      return stopAwaited;
    }

    @Override
    public void work(long units) {}

    @Override
    public <T> T blocked(Callable<T> call) throws Exception {
      return call.call();
    }

    @Override
    public ContextLock newLock() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public boolean simulatedTime() {
      return false;
    }

    @Override
    public StoppedWriters stopWriters(StopPoint at, java.time.Duration timeout) {
      throw new UnsupportedOperationException();
    }
  }
}
