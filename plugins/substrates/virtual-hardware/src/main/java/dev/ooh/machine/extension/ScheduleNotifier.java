package dev.ooh.machine.extension;

/**
 * Is told when a processor changes process, in the kernel, on that processor. A process that opened
 * no device and one that the module doesn't track are told of too. Threads of one process change
 * without a call. A process may be on several processors at once, each of which calls.
 */
public interface ScheduleNotifier {
  /** Before the processor leaves {@code process}; it is still the current one. */
  void scheduledOut(GuestProcess process);

  /** After CR3 was loaded and before the process's first instruction. */
  void scheduledIn(GuestProcess process);
}
