package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.workloads.Application;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * A program that runs in threads of its own, while the calling one pre-dumps it at even distances
 * and dumps it at last. The program then goes on to its end.
 *
 * <p>At each point of the plan every thread of the program waits until all are there and it was
 * asked which pages changed, and no longer: pages are copied while it runs. So what a set holds
 * depends on the program alone, and runs under different techniques can be compared; but for a last
 * dump that copies pages before it stops the program ({@link Checkpointer.Options#copyBytes}),
 * which then is where it has come to.
 */
public final class CheckpointedRun {
  private final ExecutionContext execution;
  private final Application application;
  private final ArenaHeap heap;
  private final CheckpointPlan plan;
  private final DoubleConsumer progress;

  /** Guards what follows. */
  private final ContextLock lock;

  /** How many of the plan's points each thread has come to; written by that thread. */
  private final int[] reached;

  /** At how many of them pages were asked for. */
  private volatile int asked;

  private final ProgramThreads program;

  /**
   * What came of a run.
   *
   * @param preDumps in their order, without those that failed
   * @param totalMillis from the first step to the last, dumps included, by the context's clock
   * @param result the program's checksum at its end
   */
  public record Outcome(
      List<DumpReport> preDumps, DumpReport dump, double totalMillis, long result) {}

  /** Is told what happens on the way, by the dumping thread. */
  public interface Listener {
    /** The program stands still where it is dumped. */
    default void standing() {}

    /** It was dumped, and has not come to its end. */
    default void dumped(DumpReport report) {}

    /**
     * A pre-dump failed, and one before it did not. What it was to have is in the next set, and the
     * program goes on: it is worth more than a smaller dump.
     *
     * @param number from 2 on
     */
    default void preDumpFailed(int number, IOException cause) {}
  }

  /**
   * Prepares a run.
   *
   * @param heap in which {@code application} was started
   * @param progress is told how far a thread is, 0 to 1, by each of the program's
   */
  public CheckpointedRun(
      AddressSpace space,
      Application application,
      ArenaHeap heap,
      CheckpointPlan plan,
      DoubleConsumer progress) {
    this.execution = space.execution();
    this.application = application;
    this.heap = heap;
    this.plan = plan;
    this.progress = progress;
    this.lock = execution.newLock();
    this.reached = new int[application.threads(heap)];
    this.program = new ProgramThreads(execution, application, heap, new AtPoints());
  }

  /**
   * Runs it all. By a thread of the execution context.
   *
   * @throws IOException if the first set could not be written, or the dump; the failure of a later
   *     pre-dump is told to {@code listener} alone
   */
  public Outcome run(Checkpointer checkpointer, Listener listener)
      throws CheckpointException, IOException, InterruptedException {
    double start = now();
    List<DumpReport> preDumps = new ArrayList<>();
    DumpReport dump;
    try {
      program.start();
      for (int i = 0; i < plan.preDumps(); i++) {
        awaitPoint(i);
        int points = i + 1;
        try {
          preDumps.add(checkpointer.preDump(() -> tellAsked(points)));
        } catch (IOException e) {
          if (preDumps.isEmpty()) {
            throw e; // nothing worked yet: it is better known now than at the end
          }
          tellAsked(points);
          listener.preDumpFailed(points, e);
        }
      }
      awaitPoint(plan.preDumps());
      dump =
          checkpointer.dump(
              Checkpointer.Then.END,
              () -> {
                listener.standing();
                tellDumped();
              },
              this::refuseIfAbandoned);
      listener.dumped(dump);
    } catch (ProgramFailedException e) {
      abandon();
      program.join(); // says why
      throw e;
    } catch (CheckpointException | IOException | RuntimeException | Error e) {
      abandon(); // nobody needs its result any more
      throw e;
    }
    program.join();
    return new Outcome(preDumps, dump, now() - start, application.result(heap));
  }

  /**
   * Runs the program by itself: nobody asks at any point. By a thread of the execution context.
   *
   * @return milliseconds from the first step to the last, by the context's clock
   */
  public double runAlone() throws InterruptedException {
    asked = plan.preDumps() + 1;
    double start = now();
    program.start();
    program.join();
    return now() - start;
  }

  /** The program failed before it stood still. */
  private static final class ProgramFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One that failed did so in the middle of a step: from there it can't go on. */
  private void refuseIfAbandoned() {
    if (program.isAbandoned()) {
      throw new ProgramFailedException();
    }
  }

  /** What a thread of the program does when it comes to a point. */
  private final class AtPoints implements ProgramThreads.Watcher {
    @Override
    public void stepped(int thread, double done) {
      progress.accept(done);
      int before = reached[thread];
      int points = before;
      while (points <= plan.preDumps() && done >= plan.due(points)) {
        points++;
      }
      if (points > before) {
        announce(thread, points);
        awaitAsked(points);
      }
    }

    @Override
    public void ended() {
      lock.lock();
      lock.signalAll();
      lock.unlock();
    }
  }

  /** Waits for pre-dumps as for any lock, but for the dump where the program can be stopped. */
  private void awaitAsked(int points) {
    lock.lock();
    try {
      while (asked < Math.min(points, plan.preDumps()) && !program.isAbandoned()) {
        lock.await();
      }
      // Who stands still for the dump is not to keep the others from coming there.
      while (points > plan.preDumps() && reachedByAll() < points && !program.isAbandoned()) {
        lock.await();
      }
    } finally {
      lock.unlock();
    }
    while (asked < points && !program.isAbandoned()) {
      execution.pollRestartable();
      Thread.onSpinWait();
    }
  }

  private void tellAsked(int points) {
    lock.lock();
    try {
      asked = points;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The program waits for this without the lock, be it stopped or not. */
  private void tellDumped() {
    asked = plan.preDumps() + 1;
  }

  private void abandon() {
    program.abandon();
    lock.lock();
    lock.signalAll();
    lock.unlock();
  }

  private void announce(int thread, int points) {
    lock.lock();
    try {
      reached[thread] = points;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int reachedByAll() {
    return Arrays.stream(reached).min().orElse(0);
  }

  private void awaitPoint(int index) throws CheckpointException, InterruptedException {
    boolean there;
    lock.lock();
    try {
      while (reachedByAll() <= index && !program.isAbandoned()) {
        lock.await();
      }
      there = reachedByAll() > index;
    } finally {
      lock.unlock();
    }
    if (!there) {
      program.join(); // says why
      throw new CheckpointException(
          "%s ended before point %d of %d, wanted it to go on"
              .formatted(application.name(), index + 1, plan.preDumps() + 1));
    }
  }

  private double now() {
    return execution.nanoTime() / 1e6;
  }
}
