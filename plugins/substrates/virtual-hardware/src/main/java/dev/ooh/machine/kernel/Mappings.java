package dev.ooh.machine.kernel;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The system calls that change a process's mappings, and what is known of mappings together. */
public final class Mappings {
  private final SystemCalls calls;
  private final MemoryManager memory;
  private final RemoteAccess remoteAccess;
  private final ReverseMap reverseMap;

  Mappings(
      SystemCalls calls, MemoryManager memory, RemoteAccess remoteAccess, ReverseMap reverseMap) {
    this.calls = calls;
    this.memory = memory;
    this.remoteAccess = remoteAccess;
    this.reverseMap = reverseMap;
  }

  /**
   * mmap with a fixed address; a system call. Any thread.
   *
   * @param object what to show; null for private zeroed memory
   * @throws IllegalStateException if addresses are taken
   */
  public void map(
      UserProcess process, String name, long start, long bytes, @Nullable SharedObject object) {
    calls.step(process, () -> memory.map(process, new Vma(start, start + bytes, name, object, 0)));
  }

  /**
   * madvise(MADV_HUGEPAGE) of whole private mappings: first touches may map 2 MiB from now on. A
   * system call. Any thread.
   *
   * @throws IllegalStateException if a mapping is shared, or only a part of it is meant
   */
  public void adviseHugePages(UserProcess process, long start, long end) {
    calls.step(
        process,
        () -> {
          for (Vma vma : process.vmasIn(start, end)) {
            checkWholePrivate(vma, start, end, "madvise");
            vma.hugePages = true;
          }
        });
  }

  private static void checkWholePrivate(Vma vma, long start, long end, String call) {
    if (!vma.isPrivate() || vma.start < start || vma.end > end) {
      throw new IllegalStateException(
          "%s of 0x%x-0x%x: found %s at 0x%x-0x%x, wanted whole private mappings"
              .formatted(call, start, end, vma.name, vma.start, vma.end));
    }
  }

  /** munmap; a system call. Any thread. */
  public void unmap(UserProcess process, long start, long end) {
    calls.step(process, () -> memory.unmap(process, start, end));
  }

  /**
   * mremap to a fixed address, of whole private mappings; a system call. Any thread.
   *
   * @throws IllegalStateException if the new addresses are taken, or memory is shared
   */
  public void move(UserProcess process, long start, long end, long to) {
    calls.step(
        process,
        () -> {
          for (Vma vma : process.vmasIn(start, end)) {
            checkWholePrivate(vma, start, end, "mremap");
            long target = to + (vma.start - start);
            Vma moved = new Vma(target, target + (vma.end - vma.start), vma.name, null, 0);
            moved.hugePages = vma.hugePages;
            memory.map(process, moved);
            memory.move(process, vma.start, vma.end, target);
            memory.unmap(process, vma.start, vma.end);
          }
        });
  }

  /**
   * madvise(MADV_DONTNEED), and MADV_REMOVE where memory is shared: the pages read as zero
   * afterwards. A system call. Any thread.
   */
  public void discard(UserProcess process, long start, long end) {
    calls.step(
        process,
        () -> {
          for (Vma vma : process.vmasIn(start, end)) {
            long from = Math.max(start, vma.start);
            long to = Math.min(end, vma.end);
            SharedObject object = vma.object;
            if (vma.isDevice()) {
              throw new IllegalStateException(
                  "madvise of 0x%x-0x%x: EINVAL, found device %s".formatted(from, to, vma.name));
            } else if (object == null) {
              memory.discard(process, from, to);
            } else {
              remoteAccess.zero(process, vma, object, from, to);
            }
          }
        });
  }

  /**
   * Calls back for pages of {@code [start, end)} whose frames have another mapping that isn't
   * write-protected: what a per-mapping mark can't vouch for.
   */
  public void forEachSharedPage(UserProcess process, long start, long end, LongConsumer gvas) {
    if (!reverseMap.hasShared()) {
      return;
    }
    for (Vma vma : process.vmasIn(start, end)) {
      if (!vma.isPrivate()) {
        process.forEachMapped(
            Math.max(start, vma.start),
            Math.min(end, vma.end),
            (gva, gpa) -> {
              if (reverseMap.count(gpa) > 1) {
                gvas.accept(gva);
              }
            });
      }
    }
  }
}
