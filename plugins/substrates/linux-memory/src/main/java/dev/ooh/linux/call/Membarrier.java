package dev.ooh.linux.call;

/**
 * membarrier(2), private and expedited: a full memory barrier in each running thread of this
 * process, by an interrupt of its processor (include/uapi/linux/membarrier.h, Linux 4.14).
 */
public final class Membarrier implements AutoCloseable {
  private static final int PRIVATE_EXPEDITED = 1 << 3;
  private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;

  private final Architecture architecture;
  private final CallState errors = new CallState();

  private Membarrier(Architecture architecture) {
    this.architecture = architecture;
  }

  /** Registers the process, which is needed once and does no harm twice, and tries it. */
  public static Membarrier registered(Architecture architecture) throws CallException {
    Membarrier barrier = new Membarrier(architecture);
    try {
      barrier.call(REGISTER_PRIVATE_EXPEDITED);
      barrier.execute();
      return barrier;
    } catch (CallException e) {
      barrier.close();
      throw e;
    }
  }

  /** For any thread. */
  public void execute() throws CallException {
    call(PRIVATE_EXPEDITED);
  }

  private synchronized void call(int command) throws CallException {
    if (SystemCall.call(errors, architecture.membarrier(), command, 0, 0, 0) != 0) {
      throw errors.failure("membarrier(command %d)".formatted(command));
    }
  }

  @Override
  public synchronized void close() {
    errors.close();
  }
}
