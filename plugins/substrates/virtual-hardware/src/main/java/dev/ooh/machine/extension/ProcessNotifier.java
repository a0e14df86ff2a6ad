package dev.ooh.machine.extension;

/** Is told of processes that come and go, in the kernel. */
public interface ProcessNotifier {
  /**
   * {@code child} has a copy of {@code parent}'s mappings; both have lost write permission to the
   * private ones until they copy. The dirty flags of the parent are as they were.
   */
  default void forked(GuestProcess parent, GuestProcess child) {}

  /**
   * The process runs another program (execve): all that was mapped is unmapped, and its memory
   * notifiers are gone.
   */
  default void execed(GuestProcess process) {}

  /** The process has exited; its memory was unmapped, and its notifiers are gone. */
  default void exited(GuestProcess process) {}
}
