package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.workloads.Application;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs in a thread of its own, while the calling one pre-dumps it at even distances
 * and dumps it at last. The program then goes on to its end.
 *
 * <p>At each point of the plan the program waits until it was asked which pages changed, and no
 * longer: pages are copied while it runs. So what a set holds depends on the program alone, and
 * runs under different techniques can be compared; but for a last dump that copies pages before it
 * stops the program ({@link Checkpointer.Options#copyBytes}), which then is where it has come to.
 */
public final class CheckpointedRun {
  private final ExecutionContext execution;
  private final Application application;
  private final ArenaHeap heap;
  private final CheckpointPlan plan;
  private final DoubleConsumer progress;

  /** Guards what follows. */
  private final ContextLock lock;

  /** How many of the plan's points the program has come to. */
  private int reached;

  private boolean ended;

  /** At how many of them pages were asked for. */
  private volatile int asked;

  /** Nobody will ask any more. */
  private volatile boolean abandoned;

  /** What ended the program early. */
  private volatile @Nullable RuntimeException failure;

  /**
   * What came of a run.
   *
   * @param preDumps in their order
   * @param totalMillis from the first step to the last, dumps included, by the context's clock
   * @param result the program's checksum at its end
   */
  public record Outcome(
      List<DumpReport> preDumps, DumpReport dump, double totalMillis, long result) {}

  /**
   * Prepares a run.
   *
   * @param heap in which {@code application} was started
   * @param progress is told how far the program is, 0 to 1, by its thread
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
  }

  /** Runs it all. By a thread of the execution context. */
  public Outcome run(Checkpointer checkpointer)
      throws CheckpointException, IOException, InterruptedException {
    double start = now();
    TrackedThread program = execution.spawn(application.name(), this::program);
    List<DumpReport> preDumps = new ArrayList<>();
    DumpReport dump;
    try {
      for (int i = 0; i < plan.preDumps(); i++) {
        awaitPoint(i, program);
        int points = i + 1;
        preDumps.add(checkpointer.preDump(() -> tellAsked(points)));
      }
      awaitPoint(plan.preDumps(), program);
      dump = checkpointer.dump(Checkpointer.Then.END, this::tellDumped);
    } catch (CheckpointException | IOException | RuntimeException | Error e) {
      abandon(); // nobody needs its result any more
      throw e;
    }
    join(program);
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
    join(execution.spawn(application.name(), this::program));
    return now() - start;
  }

  private void program() {
    int next = 0;
    try {
      boolean more = true;
      while (more && !abandoned) {
        more = application.step(heap);
        double done = more ? application.progress(heap) : 1;
        progress.accept(done);
        int before = next;
        while (next <= plan.preDumps() && done >= plan.due(next)) {
          next++;
        }
        if (next > before) {
          announce(next, false);
          awaitAsked(next);
        }
        execution.pollRestartable();
      }
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      announce(next, true);
    }
  }

  /** Waits for pre-dumps as for any lock, but for the dump where the program can be stopped. */
  private void awaitAsked(int points) {
    lock.lock();
    try {
      while (asked < Math.min(points, plan.preDumps()) && !abandoned) {
        lock.await();
      }
    } finally {
      lock.unlock();
    }
    while (asked < points && !abandoned) {
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
    lock.lock();
    try {
      abandoned = true;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void announce(int points, boolean end) {
    lock.lock();
    try {
      reached = points;
      ended |= end;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitPoint(int index, TrackedThread program)
      throws CheckpointException, InterruptedException {
    boolean there;
    lock.lock();
    try {
      while (reached <= index && !ended) {
        lock.await();
      }
      there = reached > index;
    } finally {
      lock.unlock();
    }
    if (!there) {
      join(program); // says why
      throw new CheckpointException(
          "%s ended before point %d of %d, wanted it to go on"
              .formatted(application.name(), index + 1, plan.preDumps() + 1));
    }
  }

  /** Waits for the program's end; throws what ended it early. */
  private void join(TrackedThread program) throws InterruptedException {
    program.join();
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  private double now() {
    return execution.nanoTime() / 1e6;
  }
}
