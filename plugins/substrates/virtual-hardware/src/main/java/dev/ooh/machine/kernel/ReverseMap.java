package dev.ooh.machine.kernel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which pages map a frame: GPA → (process, GVA), exact at every moment. Frames are nearly always
 * mapped once; further mappings are kept aside.
 */
final class ReverseMap {
  private static final int PAGE_BITS = 36;
  private static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
  private static final long NONE = 0;

  /** By frame number: pid in the bits above {@link #PAGE_BITS}, page number below. */
  private long[] first = new long[1024];

  private final Map<Integer, long[]> further = new HashMap<>();

  void add(long gpa, int pid, long gva) {
    int frame = (int) (gpa >>> 12);
    if (frame >= first.length) {
      first = Arrays.copyOf(first, Math.max(frame + 1, 2 * first.length));
    }
    long mapping = pack(pid, gva);
    if (first[frame] == NONE) {
      first[frame] = mapping;
      return;
    }
    long[] more = further.getOrDefault(frame, new long[0]);
    more = Arrays.copyOf(more, more.length + 1);
    more[more.length - 1] = mapping;
    further.put(frame, more);
  }

  void remove(long gpa, int pid, long gva) {
    int frame = (int) (gpa >>> 12);
    long mapping = pack(pid, gva);
    long[] more = further.get(frame);
    if (first[frame] == mapping) {
      first[frame] = more == null ? NONE : more[more.length - 1];
    } else {
      int at = 0;
      while (more != null && at < more.length && more[at] != mapping) {
        at++;
      }
      if (more == null || at == more.length) {
        throw new IllegalStateException(
            "GPA 0x%x is not mapped by process %d at GVA 0x%x".formatted(gpa, pid, gva));
      }
      more[at] = more[more.length - 1];
    }
    if (more != null) {
      if (more.length == 1) {
        further.remove(frame);
      } else {
        further.put(frame, Arrays.copyOf(more, more.length - 1));
      }
    }
  }

  /** How many pages map the frame. */
  int count(long gpa) {
    int frame = (int) (gpa >>> 12);
    if (frame >= first.length || first[frame] == NONE) {
      return 0;
    }
    long[] more = further(frame);
    return 1 + (more == null ? 0 : more.length);
  }

  void forEach(long gpa, Visitor visitor) {
    int frame = (int) (gpa >>> 12);
    if (frame >= first.length || first[frame] == NONE) {
      return;
    }
    long[] more = further(frame);
    visit(first[frame], visitor);
    if (more != null) {
      for (long mapping : more) {
        visit(mapping, visitor);
      }
    }
  }

  private long @Nullable [] further(int frame) {
    return further.isEmpty() ? null : further.get(frame);
  }

  /** Whether some frame is mapped more than once. */
  boolean hasShared() {
    return !further.isEmpty();
  }

  /** Calls back for each frame that is mapped more than once. */
  void forEachShared(LongConsumer gpas) {
    for (int frame : further.keySet()) {
      gpas.accept((long) frame << 12);
    }
  }

  private static void visit(long mapping, Visitor visitor) {
    visitor.mapping((int) (mapping >>> PAGE_BITS), (mapping & PAGE_MASK) << 12);
  }

  private static long pack(int pid, long gva) {
    return (long) pid << PAGE_BITS | gva >>> 12;
  }

  /** Receives one mapping of a frame. */
  @FunctionalInterface
  interface Visitor {
    void mapping(int pid, long gva);
  }
}
