package dev.ooh.machine.cpu;

/** The guest's registers, its privilege level, and whether it has interrupts disabled. */
final class GuestState {
  private final GuestRegisters registers = new GuestRegisters();
  private int privilegeLevel;
  private int interruptsDisabled;

  GuestRegisters registers() {
    return registers;
  }

  /** The CPL: 0 is the kernel, 3 a program. */
  int privilegeLevel() {
    return privilegeLevel;
  }

  boolean takesInterrupts() {
    return interruptsDisabled == 0;
  }

  void disableInterrupts() {
    interruptsDisabled++;
  }

  /** Undoes one {@link #disableInterrupts}. */
  void enableInterrupts() {
    if (interruptsDisabled == 0) {
      throw new IllegalStateException("interrupts are enabled, wanted them disabled before");
    }
    interruptsDisabled--;
  }

  ThreadState save() {
    return new ThreadState(privilegeLevel, interruptsDisabled);
  }

  void load(ThreadState state) {
    privilegeLevel = state.privilegeLevel();
    interruptsDisabled = state.interruptsDisabled();
  }

  /** Runs the handler of a fault: in supervisor mode, with interrupts as they are. */
  void runInSupervisorMode(Runnable handler) {
    int level = privilegeLevel;
    privilegeLevel = 0;
    try {
      handler.run();
    } finally {
      privilegeLevel = level;
    }
  }

  /** Runs the handler of an interrupt: in supervisor mode, with interrupts disabled. */
  void runAsInterrupt(Runnable handler) {
    ThreadState before = save();
    load(new ThreadState(0, before.interruptsDisabled() + 1));
    try {
      handler.run();
    } finally {
      load(before);
    }
  }
}
