package dev.ooh.machine.kernel;

import dev.ooh.machine.hypervisor.Hypervisor;
import dev.ooh.machine.hypervisor.ScheduledVcpu;
import dev.ooh.machine.hypervisor.VirtualMachine;

/** A booted machine for tests. */
final class Kernels implements AutoCloseable {
  static final long PAGE = 4096;
  static final long HEAP = 256L << 20;

  private static final long BYTES = 64L << 20;

  final VirtualMachine machine;
  final GuestKernel kernel;

  Kernels(long seed, int quantum) {
    this(seed, quantum, 1);
  }

  Kernels(long seed, int quantum, int processors) {
    Hypervisor host = new Hypervisor(Hypervisor.memoryFor(BYTES), 1, 1 << 20);
    machine = new VirtualMachine(host, BYTES, ScheduledVcpu.USUAL_WEIGHT, processors);
    kernel = new GuestKernel(machine, seed, quantum);
  }

  UserProcess process(String name, long pages) {
    UserProcess process = kernel.createProcess(name);
    kernel.mappings().map(process, "heap", HEAP, pages * PAGE, null);
    return process;
  }

  void store(UserProcess process, long page, long value) {
    kernel.entry().step(process, () -> machine.vcpu().writeVirtual(HEAP + page * PAGE, 8, value));
  }

  long load(UserProcess process, long page) {
    return kernel.entry().step(process, () -> machine.vcpu().readVirtual(HEAP + page * PAGE, 8));
  }

  /** Runs kernel code in a process, in supervisor mode. */
  void inKernel(UserProcess process, Runnable body) {
    kernel.entry().step(process, () -> kernel.mode.run(body));
  }

  @Override
  public void close() {
    kernel.shutDown(() -> {});
  }
}
