package dev.ooh.machine.kernel;

import dev.ooh.machine.paging.GuestPte;

/**
 * The kernel's accesses to a process's memory on behalf of somebody else, as process_vm_readv and
 * process_vm_writev do: through the page tables (so write-protection faults as ever) but by the
 * direct map, so that no flag of a leaf entry tells of them. Modules are told.
 */
public final class RemoteAccess {
  private static final long OFFSET = MemoryManager.PAGE - 1;

  private final SystemCalls calls;
  private final MemoryManager memory;
  private final PageFaults faults;
  private final Processes processes;
  private final ReverseMap reverseMap;

  RemoteAccess(
      SystemCalls calls,
      MemoryManager memory,
      PageFaults faults,
      Processes processes,
      ReverseMap reverseMap) {
    this.calls = calls;
    this.memory = memory;
    this.faults = faults;
    this.processes = processes;
    this.reverseMap = reverseMap;
  }

  /**
   * process_vm_writev by the current process; a system call.
   *
   * @throws SegmentationFault where nothing is mapped, or a device; pages before it have been
   *     written
   * @throws IllegalStateException if the current process may not trace {@code process}
   */
  public void write(UserProcess process, long gva, byte[] source, int offset, int length) {
    calls.now(
        () -> {
          processes.checkAccess(processes.current(), process);
          int done = 0;
          while (done < length) {
            long at = gva + done;
            int part = (int) Math.min(length - done, MemoryManager.PAGE - (at & OFFSET));
            long gpa = frame(process, at, true) + (at & OFFSET);
            memory.writePhysical(gpa, source, offset + done, part);
            memory.markDirty(gpa);
            written(process, at & ~OFFSET, gpa & ~OFFSET);
            done += part;
          }
        });
  }

  /**
   * process_vm_readv by the current process; a system call.
   *
   * @throws SegmentationFault where nothing is mapped, or a device; pages before it have been read
   * @throws IllegalStateException if the current process may not trace {@code process}
   */
  public void read(UserProcess process, long gva, byte[] target, int offset, int length) {
    calls.now(
        () -> {
          processes.checkAccess(processes.current(), process);
          int done = 0;
          while (done < length) {
            long at = gva + done;
            int part = (int) Math.min(length - done, MemoryManager.PAGE - (at & OFFSET));
            memory.readPhysical(
                frame(process, at, false) + (at & OFFSET), target, offset + done, part);
            done += part;
          }
        });
  }

  /**
   * Zeroes pages of shared memory, all in {@code vma}. A file's page gets a frame for it; one that
   * has none and would be zero stays without.
   */
  void zero(UserProcess process, Vma vma, SharedObject object, long start, long end) {
    boolean untouchedIsZero = object.contents() == SharedObject.Contents.ZERO;
    byte[] zeroes = new byte[(int) MemoryManager.PAGE];
    for (long gva = start; gva < end; gva += MemoryManager.PAGE) {
      if (untouchedIsZero && object.frame(vma.objectOffset + gva - vma.start) == 0) {
        continue;
      }
      long gpa = frame(process, gva, true);
      memory.writePhysical(gpa, zeroes, 0, zeroes.length);
      memory.markDirty(gpa);
      written(process, gva, gpa);
    }
  }

  private long frame(UserProcess process, long gva, boolean write) {
    Vma vma = process.vma(gva);
    if (vma != null && vma.isDevice()) {
      throw new SegmentationFault(process, gva, write);
    }
    while (true) {
      long entry = process.tables().get(gva);
      if (GuestPte.isPresent(entry) && (!write || GuestPte.isWritable(entry))) {
        return GuestPte.frame(entry);
      }
      faults.resolve(process, gva, write);
    }
  }

  /** Tells every process that maps the frame. */
  private void written(UserProcess process, long gva, long gpa) {
    process.tellModules(notifier -> notifier.writtenByKernel(gva, gpa));
    if (reverseMap.count(gpa) > 1) {
      reverseMap.forEach(
          gpa,
          (pid, otherGva) -> {
            UserProcess other = processes.get(pid);
            if (other != null && !(other == process && otherGva == gva)) {
              other.tellModules(notifier -> notifier.writtenByKernel(otherGva, gpa));
            }
          });
    }
  }

  /**
   * Whether the page's frame was written since it was allocated, by the dirty flags of all its
   * mappings and by what the kernel remembers of flags that were cleared.
   */
  public boolean isDirty(UserProcess process, long gva) {
    long entry = process.tables().get(gva);
    return GuestPte.isPresent(entry) && memory.isFrameDirty(GuestPte.frame(entry));
  }
}
