package dev.ooh.linux.substrate;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Membarrier;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.ProcessFence;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kernel runs a barrier on each processor where a thread of this process runs; made when it is
 * first asked for. For any thread.
 */
final class KernelFence implements ProcessFence, AutoCloseable {
  private final Architecture architecture;
  private @Nullable Membarrier barrier;

  KernelFence(Architecture architecture) {
    this.architecture = architecture;
  }

  /** Empty where the kernel, or a filter of system calls, refuses it. */
  synchronized Optional<ProcessFence> offered() {
    try {
      if (barrier == null) {
        barrier = Membarrier.registered(architecture);
      }
      return Optional.of(this);
    } catch (CallException e) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized void fence() throws FacilityException {
    if (barrier == null) {
      throw new FacilityException("membarrier: the address space is closed, wanted an open one");
    }
    try {
      barrier.execute();
    } catch (CallException e) {
      throw new FacilityException(e);
    }
  }

  @Override
  public synchronized void close() {
    if (barrier != null) {
      barrier.close();
      barrier = null;
    }
  }
}
