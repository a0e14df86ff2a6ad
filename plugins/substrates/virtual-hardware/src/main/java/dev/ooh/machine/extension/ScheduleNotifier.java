package dev.ooh.machine.extension;

/**
 * Is told when the CPU changes process, in the kernel. A process that opened no device and one that
 * the module doesn't track are told of too. Threads of one process change without a call.
 */
public interface ScheduleNotifier {
  /** Before the CPU leaves {@code process}; it is still the current one. */
  void scheduledOut(GuestProcess process);

  /** After CR3 was loaded and before the process's first instruction. */
  void scheduledIn(GuestProcess process);
}
