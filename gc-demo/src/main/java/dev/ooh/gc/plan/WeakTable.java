package dev.ooh.gc.plan;

import dev.ooh.gc.WeakHandle;
import dev.ooh.gc.WeakQueue;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.memory.ExecutionContext.ContextLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The weak handles of a heap. Those of objects that a cycle found alive are apart: a young cycle
 * keeps old objects, so that its pause looks at those handles only that were made since the last
 * one. Under the heap's lock.
 */
public final class WeakTable {
  private static final int FEW = 1024;

  private final ContextLock lock;
  private final ObjectModel objects;
  private final List<Entry> young = new ArrayList<>();
  private final List<Entry> old = new ArrayList<>();

  /** At so many entries those that were closed leave. */
  private int crowded = FEW;

  /**
   * @param lock the heap's
   */
  public WeakTable(ContextLock lock, ObjectModel objects) {
    this.lock = lock;
    this.objects = objects;
  }

  /** A new queue. For any thread, without the lock. */
  public WeakQueue queue() {
    return new ClearedHandles();
  }

  /**
   * In a pause, when all that is reachable is marked, and before anything is swept: clears the
   * handles of what is not.
   *
   * @param marks in force from now on
   * @param base the heap's lowest address
   * @param full whether old objects were decided about, too
   */
  void clear(MarkBits marks, long base, boolean full) {
    if (full) {
      clear(old, marks, base);
    }
    clear(young, marks, base);
    old.addAll(young);
    young.clear();
    if (full) {
      countAnew();
    }
  }

  /**
   * No cycle need come while handles are made and closed, and no full one while they are made, live
   * through a young one and are closed. Goes through all when they have doubled in number.
   */
  private void forgetClosed() {
    if (young.size() + old.size() >= crowded) {
      young.removeIf(Entry::isClosed);
      old.removeIf(Entry::isClosed);
      countAnew();
    }
  }

  private void countAnew() {
    crowded = Math.max(FEW, 2 * (young.size() + old.size()));
  }

  private static void clear(List<Entry> entries, MarkBits marks, long base) {
    int kept = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      long object = entry.object;
      if (object != 0 && marks.get(object - base)) {
        entries.set(kept++, entry);
      } else if (object != 0) {
        entry.object = 0;
        entry.cleared.add(entry);
      }
    }
    entries.subList(kept, entries.size()).clear();
  }

  private final class ClearedHandles implements WeakQueue {
    private final Queue<WeakHandle> cleared = new ConcurrentLinkedQueue<>();

    @Override
    public WeakHandle handle(long object) {
      lock.lock();
      try {
        if (!objects.isObject(object)) {
          throw new IllegalArgumentException(
              "weak handle of 0x%x, wanted an object of the heap".formatted(object));
        }
        forgetClosed();
        Entry entry = new Entry(object, cleared);
        young.add(entry);
        return entry;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public @Nullable WeakHandle poll() {
      return cleared.poll();
    }
  }

  private static final class Entry implements WeakHandle {
    private final Queue<WeakHandle> cleared;

    /** 0 when cleared or closed; such entries leave the table when it is next gone through. */
    private volatile long object;

    Entry(long object, Queue<WeakHandle> cleared) {
      this.object = object;
      this.cleared = cleared;
    }

    boolean isClosed() {
      return object == 0;
    }

    @Override
    public long get() {
      return object;
    }

    @Override
    public void close() {
      object = 0;
    }
  }
}
