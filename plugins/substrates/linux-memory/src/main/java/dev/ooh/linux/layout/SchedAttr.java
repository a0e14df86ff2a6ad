package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct sched_attr} of sched_setattr(2) (linux/sched/types.h), its first version, 48 bytes.
 *
 * <pre>
 *  0 size (u32)        4 policy (u32)       8 flags (u64)
 * 16 nice (s32)       20 priority (u32)    24 runtime (u64), nanoseconds
 * 32 deadline (u64)   40 period (u64)
 * </pre>
 */
public final class SchedAttr {
  public static final int BYTES = 48;

  private static final long SIZE = 0;
  private static final long POLICY = 4;
  private static final long RUNTIME = 24;

  private SchedAttr() {}

  /** SCHED_OTHER is 0. */
  public static int policy(MemorySegment attr) {
    return attr.get(JAVA_INT, POLICY);
  }

  /** The attributes are of this version. */
  public static void setSize(MemorySegment attr) {
    attr.set(JAVA_INT, SIZE, BYTES);
  }

  /** Of SCHED_OTHER, the length of a slice: 100 µs to 100 ms. */
  public static void setRuntime(MemorySegment attr, long nanos) {
    attr.set(JAVA_LONG, RUNTIME, nanos);
  }
}
