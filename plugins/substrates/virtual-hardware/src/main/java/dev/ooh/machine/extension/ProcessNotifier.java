package dev.ooh.machine.extension;

/** Is told of processes that come and go, in the kernel. */
public interface ProcessNotifier {
  /**
   * {@code child} has a copy of {@code parent}'s mappings; both have lost write permission to the
   * private ones until they copy. The dirty flags of the parent are as they were.
   */
  default void forked(GuestProcess parent, GuestProcess child) {}

  /**
   * The process runs another program (execve): all that was mapped is unmapped. Its memory
   * notifiers are still there, and go after this call.
   */
  default void execed(GuestProcess process) {}

  /**
   * The process has exited; its memory was unmapped. Its memory notifiers are still there, and go
   * after this call.
   */
  default void exited(GuestProcess process) {}
}
