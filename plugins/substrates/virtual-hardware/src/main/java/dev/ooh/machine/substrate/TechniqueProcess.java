package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import java.util.function.Supplier;

/**
 * The tracker of one space: the process of the guest in which its techniques run. It is the tracked
 * process itself, as where a collector asks for its own pages, or one beside it, as where a
 * checkpointer asks for another's.
 */
final class TechniqueProcess {
  private final GuestKernel kernel;
  private final UserProcess tracked;
  private final int user;

  /** Changed on the machine's CPU only. */
  private volatile UserProcess process;

  /** No process is to be started any more. Used on the machine's CPU only. */
  private boolean closed;

  private TechniqueProcess(GuestKernel kernel, UserProcess tracked, UserProcess process, int user) {
    this.kernel = kernel;
    this.tracked = tracked;
    this.process = process;
    this.user = user;
  }

  /** The tracked process tracks itself. */
  static TechniqueProcess tracked(GuestKernel kernel, UserProcess tracked) {
    return new TechniqueProcess(kernel, tracked, tracked, GuestKernel.USER);
  }

  /** A process of its own, of that user. */
  static TechniqueProcess own(GuestKernel kernel, UserProcess tracked, int user) {
    return new TechniqueProcess(kernel, tracked, start(kernel, tracked, user), user);
  }

  private static UserProcess start(GuestKernel kernel, UserProcess tracked, int user) {
    return kernel.createProcess("tracker of " + tracked.name(), user);
  }

  boolean isOwn() {
    return process != tracked;
  }

  UserProcess process() {
    return process;
  }

  /**
   * A step in the process that writes to no process's memory.
   *
   * @throws IllegalStateException if it has ended
   */
  <T> T service(Supplier<T> body) {
    return isOwn() ? kernel.entry().handOver(process, body) : kernel.entry().service(tracked, body);
  }

  void service(Runnable body) {
    service(
        () -> {
          body.run();
          return true;
        });
  }

  /**
   * Kills the process, which must be of its own, and starts another one.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void kill() {
    kernel
        .entry()
        .step(
            kernel.idle(),
            () -> {
              if (closed) {
                throw new IllegalStateException(
                    "the tracker of %s was ended with its space, wanted an open one"
                        .formatted(tracked));
              }
              try {
                kernel.exit(process);
              } finally {
                process = start(kernel, tracked, user);
              }
            });
  }

  /** Ends the process, if it is of its own. */
  void close() {
    if (isOwn()) {
      kernel
          .entry()
          .step(
              kernel.idle(),
              () -> {
                closed = true;
                kernel.exit(process);
              });
    }
  }
}
