package dev.ooh.workloads;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;

/**
 * The heap that an application needs: objects are bytes in tracked memory, never Java objects.
 *
 * <p>An object has a fixed number of reference slots, then data bytes. Its address does not change
 * while it is reachable from a global or from an open scope. A reference is an object's address, or
 * 0 for none.
 */
public interface Heap {
  /** How many globals there are. */
  int GLOBALS = 64;

  Memory memory();

  ExecutionContext execution();

  /**
   * A new object, its slots and data zero. May collect: every object that is to survive must be
   * reachable from a global or a scope.
   *
   * @param references reference slots, 0 or more
   * @param dataBytes bytes after them, 0 or more
   * @throws HeapExhaustedException when memory is full even after a collection
   */
  long allocate(int references, int dataBytes);

  /**
   * Allocates as {@link #allocate} does, objects of one shape: for loops that make many of them.
   * Only for the calling thread.
   *
   * @param references reference slots, 0 or more
   * @param dataBytes bytes after them, 0 or more
   */
  default Allocator allocator(int references, int dataBytes) {
    return () -> allocate(references, dataBytes);
  }

  /** The reference in slot {@code index}. */
  long reference(long object, int index);

  void setReference(long object, int index, long target);

  int referenceCount(long object);

  /** The address of the data bytes, for {@link #memory} accesses. */
  long data(long object);

  int dataBytes(long object);

  /**
   * A root that lives as long as the heap and survives a restore; {@code index} below {@link
   * #GLOBALS}.
   */
  long global(int index);

  void setGlobal(int index, long object);

  /** Roots for the time of a method: opened and closed like a stack frame, by one thread. */
  Scope scope();

  /** Allocates objects of one shape for one thread. */
  @FunctionalInterface
  interface Allocator {
    /**
     * See {@link Heap#allocate}.
     *
     * @throws HeapExhaustedException when memory is full even after a collection
     */
    long allocate();
  }

  /** Roots of one thread. Scopes of a thread close in the reverse order of opening. */
  interface Scope extends AutoCloseable {
    /** Makes {@code object} a root and returns its place, by which it is read and replaced. */
    int add(long object);

    long get(int root);

    void set(int root, long object);

    @Override
    void close();
  }
}
