package dev.ooh.machine.kernel;

import org.jspecify.annotations.Nullable;

/**
 * A mapping of a process: virtual memory area, readable and writable, {@code [start, end)}. Private
 * zeroed memory, or a window of a shared object.
 */
final class Vma {
  final long start;
  final long end;
  final String name;
  final @Nullable SharedObject object;
  final long objectOffset;

  /** Linux's VM_SOFTDIRTY: every page of the mapping counts as soft-dirty. Set at birth. */
  boolean softDirty = true;

  /** Linux's VM_HUGEPAGE: first touches may map 2 MiB. Of private mappings only. */
  boolean hugePages;

  Vma(long start, long end, String name, @Nullable SharedObject object, long objectOffset) {
    this.start = start;
    this.end = end;
    this.name = name;
    this.object = object;
    this.objectOffset = objectOffset;
  }

  /** What of this mapping lies in {@code [from, to)}, which must overlap it. */
  Vma part(long from, long to) {
    long first = Math.max(start, from);
    Vma part = new Vma(first, Math.min(end, to), name, object, objectOffset + first - start);
    part.softDirty = softDirty;
    part.hugePages = hugePages;
    return part;
  }

  boolean isPrivate() {
    return object == null;
  }
}
