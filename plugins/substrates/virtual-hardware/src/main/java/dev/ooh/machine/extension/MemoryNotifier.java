package dev.ooh.machine.extension;

/**
 * Is told of what the kernel does to a process's memory and no CPU log can know. A technique that
 * counts each page told of here as written, and keeps the CPU's log for the rest, misses nothing.
 * Called in the kernel, whichever process is current. Must not map or unmap memory.
 */
public interface MemoryNotifier {
  /**
   * The page has got a frame that it did not have before: its entry was just installed, with clear
   * accessed and dirty flags, and nobody has used it yet. The EPT entry of the frame may be dirty
   * already, from an earlier life of the frame or by the kernel's own filling of it, so the CPU may
   * never log this GPA. A 2 MiB page is 512 calls, and has one pair of flags.
   */
  void mapped(long gva, long gpa, Cause cause);

  /**
   * The pages of {@code [start, end)} are about to lose their frames, which may serve another page
   * next. Called while they are still mapped; pages that never had a frame are included.
   */
  void unmapped(long start, long end);

  /**
   * The kernel has written to the page past the process's own translation: for another process
   * (process_vm_writev, ptrace), for a system call, or for a device. The guest dirty flag doesn't
   * show it; the EPT's does, if logging was on.
   */
  void writtenByKernel(long gva, long gpa);

  /**
   * The 2 MiB page of {@code [start, end)} is about to be mapped by 512 entries of 4 KiB, each with
   * its accessed and dirty flags. Called while it is whole. What a log says of one of its pages
   * holds for all of them, and can't be told from then on.
   */
  default void split(long start, long end) {}

  /** Why a page got a frame. */
  enum Cause {
    /** First touch. */
    DEMAND_ZERO,
    /** A write to a page shared since a fork. */
    COPY_ON_WRITE,
    /** Somebody else's frame, or another page's of this process: shared memory. */
    ALIAS,
    /** The page moved here from another address, contents and all. */
    MOVED
  }
}
