package dev.ooh.barrier.link;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the variable handles that woven classes made store to. A handle itself doesn't say. Keys
 * are held weakly and compared by identity. For any thread.
 */
final class LayoutOffsets {
  private final Map<Object, Place> places = new ConcurrentHashMap<>();
  private final ReferenceQueue<VarHandle> gone = new ReferenceQueue<>();

  /**
   * What a handle accesses.
   *
   * @param offset takes the coordinates after the segment, all long, and returns the offset from
   *     the segment's first byte
   * @param bytes of the value in memory
   */
  record Place(MethodHandle offset, long bytes) {}

  void remember(VarHandle handle, Place place) {
    for (Reference<?> dead = gone.poll(); dead != null; dead = gone.poll()) {
      places.remove(dead);
    }
    places.put(new Key(handle, gone), place);
  }

  @Nullable Place of(VarHandle handle) {
    return places.get(new Key(handle, null));
  }

  private static final class Key extends WeakReference<VarHandle> {
    private final int hash;

    Key(VarHandle handle, @Nullable ReferenceQueue<VarHandle> queue) {
      super(handle, queue);
      hash = System.identityHashCode(handle);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (this == other) {
        return true;
      }
      VarHandle handle = get();
      return handle != null && other instanceof Key key && handle == key.get();
    }
  }
}
