package dev.ooh.cli;

import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.tracking.facility.VirtualHost;
import dev.ooh.tracking.facility.VirtualHost.Hold;
import dev.ooh.tracking.facility.VirtualHost.Usage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The machines of one run: one usually, or several of one host, each with a fresh address space
 * under the same technique. Closing it closes the spaces. For one thread, outside of the machines.
 */
public final class Machines implements AutoCloseable {
  /** What a machine runs. */
  @FunctionalInterface
  public interface Program<R> {
    /** Runs as a thread of {@code run}'s execution context where there are several machines. */
    R run(TrackedSpace run) throws Exception;
  }

  private final List<TrackedSpace> spaces;
  private final List<Usage> usages = new ArrayList<>();

  Machines(List<TrackedSpace> spaces) {
    this.spaces = List.copyOf(spaces);
  }

  /** One for each machine. */
  public List<TrackedSpace> spaces() {
    return spaces;
  }

  boolean areSeveral() {
    return spaces.size() > 1;
  }

  /** What each of several machines used while its program ran, in the order of the spaces. */
  List<Usage> usages() {
    return usages;
  }

  /**
   * Runs {@code program} in each machine, from the same moment on.
   *
   * @return what it returned, in the order of the spaces, once all have ended
   * @throws Exception what it threw in the first machine in which it threw
   */
  public <R> List<R> run(Program<R> program) throws Exception {
    if (!areSeveral()) {
      return List.of(program.run(spaces.getFirst()));
    }
    List<R> results = new ArrayList<>(Collections.nCopies(spaces.size(), null));
    List<VirtualHost> hosts = new ArrayList<>();
    List<Usage> before = new ArrayList<>();
    for (TrackedSpace space : spaces) {
      VirtualHost host = space.space().facility(VirtualHost.class).orElseThrow();
      hosts.add(host);
      before.add(host.usage());
    }
    List<Exception> failures = new ArrayList<>(Collections.nCopies(spaces.size(), null));
    List<TrackedThread> threads = new ArrayList<>();
    try (Hold hold = hosts.getFirst().hold()) {
      for (int i = 0; i < spaces.size(); i++) {
        threads.add(start(program, i, results, failures));
      }
    }
    join(threads);
    for (Exception failure : failures) {
      if (failure != null) {
        throw failure;
      }
    }
    usages.clear();
    for (int i = 0; i < hosts.size(); i++) {
      usages.add(hosts.get(i).usage().minus(before.get(i)));
    }
    return results;
  }

  private <R> TrackedThread start(
      Program<R> program, int machine, List<R> results, List<Exception> failures) {
    TrackedSpace space = spaces.get(machine);
    return space
        .space()
        .execution()
        .spawn(
            "program of machine " + (machine + 1),
            () -> {
              try {
                results.set(machine, program.run(space));
              } catch (Exception e) {
                failures.set(machine, e);
              }
            });
  }

  /** Waits for all, also when one throws: the others use their spaces until they end. */
  private static void join(List<TrackedThread> threads) throws InterruptedException {
    IllegalStateException first = null;
    for (TrackedThread thread : threads) {
      try {
        thread.join();
      } catch (IllegalStateException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() {
    spaces.reversed().forEach(TrackedSpace::close);
  }
}
