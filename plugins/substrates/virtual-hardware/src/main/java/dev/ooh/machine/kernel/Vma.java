package dev.ooh.machine.kernel;

import org.jspecify.annotations.Nullable;

/**
 * A mapping of a process: virtual memory area, readable and writable, {@code [start, end)}. Private
 * zeroed memory, a window of a shared object, or pages of a device.
 */
final class Vma {
  final long start;
  final long end;
  final String name;
  final @Nullable SharedObject object;
  final long objectOffset;
  private final boolean device;

  /** Linux's VM_SOFTDIRTY: every page of the mapping counts as soft-dirty. Set at birth. */
  boolean softDirty = true;

  /** Linux's VM_HUGEPAGE: first touches may map 2 MiB. Of private mappings only. */
  boolean hugePages;

  Vma(long start, long end, String name, @Nullable SharedObject object, long objectOffset) {
    this(start, end, name, object, objectOffset, false);
  }

  private Vma(
      long start,
      long end,
      String name,
      @Nullable SharedObject object,
      long objectOffset,
      boolean device) {
    this.start = start;
    this.end = end;
    this.name = name;
    this.object = object;
    this.objectOffset = objectOffset;
    this.device = device;
  }

  /**
   * Pages of a device: Linux's VM_IO, VM_PFNMAP and VM_DONTCOPY. Their frames are the device's, a
   * child doesn't inherit the mapping, and nobody reaches it but by the process's own accesses.
   */
  static Vma ofDevice(long start, long end, String name) {
    return new Vma(start, end, name, null, 0, true);
  }

  /** What of this mapping lies in {@code [from, to)}, which must overlap it. */
  Vma part(long from, long to) {
    long first = Math.max(start, from);
    Vma part =
        new Vma(first, Math.min(end, to), name, object, objectOffset + first - start, device);
    part.softDirty = softDirty;
    part.hugePages = hugePages;
    return part;
  }

  boolean isPrivate() {
    return object == null && !device;
  }

  boolean isDevice() {
    return device;
  }
}
