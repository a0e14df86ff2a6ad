package dev.ooh.spml.lib;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.MachineExtensions;
import java.util.Arrays;

/**
 * Maps the GPAs of a log back to the GVAs of the tracked process; a frame may have several. The
 * paper's library scans the pagemap for each GPA. Here the kernel's reverse mapping answers, which
 * is exact at the moment, and each look-up counts as M17, whose published price contains the scan.
 *
 * <p>With reuse, as in Boehm GC, a frame that leads where it led last time is not counted. What is
 * remembered changes the price only, never the answer.
 */
final class ReverseMap {
  private final MachineExtensions machine;
  private final boolean reuse;

  /** By frame number: the GVA that it led to last, plus 1; 0 if it was never looked up. */
  private long[] resolved = new long[0];

  private long[] gvas = new long[1024];
  private int count;
  private long lookups;
  private long unresolved;

  ReverseMap(MachineExtensions machine, boolean reuse) {
    this.machine = machine;
    this.reuse = reuse;
  }

  void add(long gva) {
    if (count == gvas.length) {
      gvas = Arrays.copyOf(gvas, 2 * count);
    }
    gvas[count++] = gva;
  }

  /** Adds the GVAs of {@code gpa}; none if the process doesn't map it any more. */
  void addPhysical(long gpa) {
    if (machine.process().resolve(gpa, this::add) == 0) {
      unresolved++;
    } else if (!reuse || !isKnown((int) (gpa >>> 12), gvas[count - 1])) {
      lookups++;
    }
  }

  private boolean isKnown(int frame, long gva) {
    if (frame >= resolved.length) {
      resolved = Arrays.copyOf(resolved, Math.max(frame + 1, 2 * resolved.length));
    }
    boolean known = resolved[frame] == gva + 1;
    resolved[frame] = gva + 1;
    return known;
  }

  /** How many GPAs so far led to no page. */
  long unresolved() {
    return unresolved;
  }

  int count() {
    return count;
  }

  /** Returns everything added since the last call, and counts the look-ups. */
  long[] take() {
    machine.count(Event.REVERSE_MAPPING, lookups);
    lookups = 0;
    long[] taken = gvas;
    gvas = new long[1024];
    count = 0;
    return taken;
  }
}
