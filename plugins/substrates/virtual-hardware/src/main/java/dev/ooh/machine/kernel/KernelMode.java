package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.cpu.Vcpu;
import java.util.function.Supplier;

/** Supervisor mode, for kernel code that the caller runs on the machine's CPU. */
final class KernelMode {
  private final Vcpu vcpu;

  KernelMode(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  void run(Runnable body) {
    ThreadState before = enter();
    try {
      body.run();
    } finally {
      vcpu.loadThreadState(before);
    }
  }

  <T> T get(Supplier<T> body) {
    ThreadState before = enter();
    try {
      return body.get();
    } finally {
      vcpu.loadThreadState(before);
    }
  }

  private ThreadState enter() {
    ThreadState before = vcpu.saveThreadState();
    vcpu.loadThreadState(new ThreadState(0, before.interruptsDisabled()));
    return before;
  }
}
