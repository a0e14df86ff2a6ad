package dev.ooh.workloads.engine;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Callable;

/** A heap over one array, without collection; its bytes are all of its state. */
public final class PlainHeap implements Heap {
  private static final int NEXT = 8 * GLOBALS;
  private static final int FIRST_OBJECT = NEXT + 8;
  private final byte[] bytes;
  private final ArrayMemory memory;
  private int polls;

  public PlainHeap(int size) {
    this(new byte[size]);
    memory.putLong(NEXT, FIRST_OBJECT);
  }

  private PlainHeap(byte[] bytes) {
    this.bytes = bytes;
    this.memory = new ArrayMemory(MemorySegment.ofArray(bytes));
  }

  /** Another heap with the same contents. */
  public PlainHeap copy() {
    return new PlainHeap(bytes.clone());
  }

  public int polls() {
    return polls;
  }

  public long usedBytes() {
    return memory.getLong(NEXT);
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public long allocate(int references, int dataBytes) {
    long object = memory.getLong(NEXT);
    long end = object + ((8L + 8L * references + dataBytes + 7) & -8);
    if (end > bytes.length) {
      throw new HeapExhaustedException("wanted up to " + end + " of " + bytes.length);
    }
    memory.putLong(NEXT, end);
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
    return memory.getLong(8L * index);
  }

  @Override
  public void setGlobal(int index, long object) {
    memory.putLong(8L * index, object);
  }

  @Override
  public Scope scope() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ExecutionContext execution() {
    return new Direct();
  }

  private record ArrayMemory(MemorySegment segment) implements Memory {
    @Override
    public byte getByte(long address) {
      return segment.get(ValueLayout.JAVA_BYTE, address);
    }

    @Override
    public void putByte(long address, byte value) {
      segment.set(ValueLayout.JAVA_BYTE, address, value);
    }

    @Override
    public int getInt(long address) {
      return segment.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    @Override
    public void putInt(long address, int value) {
      segment.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    @Override
    public long getLong(long address) {
      return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    @Override
    public void putLong(long address, long value) {
      segment.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, address, target, offset, length);
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
      MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE, address, length);
    }

    @Override
    public void fill(long address, long length, byte value) {
      segment.asSlice(address, length).fill(value);
    }

    @Override
    public void copy(long from, long to, long length) {
      MemorySegment.copy(segment, from, segment, to, length);
    }
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
    public void poll() {
      polls++;
    }

    @Override
    public void pollRestartable() {
      throw new AssertionError("a step has state outside the heap");
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
