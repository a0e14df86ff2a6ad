package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.ThreadState;
import java.util.function.Supplier;

/**
 * Supervisor mode, for kernel code that the caller runs on the machine's CPU. Before its end other
 * processors have dropped what they must not have cached any more.
 */
final class KernelMode {
  private final Processors processors;
  private final Shootdowns shootdowns;

  KernelMode(Processors processors, Shootdowns shootdowns) {
    this.processors = processors;
    this.shootdowns = shootdowns;
  }

  void run(Runnable body) {
    ThreadState before = enter();
    try {
      body.run();
    } finally {
      leave(before);
    }
  }

  <T> T get(Supplier<T> body) {
    ThreadState before = enter();
    try {
      return body.get();
    } finally {
      leave(before);
    }
  }

  private ThreadState enter() {
    ThreadState before = processors.executing().saveThreadState();
    processors.executing().loadThreadState(new ThreadState(0, before.interruptsDisabled()));
    return before;
  }

  private void leave(ThreadState before) {
    if (before.privilegeLevel() > 0) {
      shootdowns.send();
    }
    processors.executing().loadThreadState(before);
  }
}
