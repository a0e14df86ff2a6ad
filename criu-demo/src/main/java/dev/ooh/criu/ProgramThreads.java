package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.workloads.Application;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a program. Each takes the steps of its own, and can be stopped between two of
 * them: its place is in memory then. When one of them fails, none takes another step.
 */
public final class ProgramThreads {
  private final ExecutionContext execution;
  private final Application application;
  private final ArenaHeap heap;
  private final Watcher watcher;
  private final List<TrackedThread> threads = new ArrayList<>();

  /** Nobody takes another step. */
  private volatile boolean abandoned;

  /** What ended a thread early. */
  private volatile @Nullable RuntimeException failure;

  /** Is told how far threads are, by each of them. */
  public interface Watcher {
    /**
     * A step was taken.
     *
     * @param done how far the thread is, 0 to 1; 1 after its last step
     */
    void stepped(int thread, double done);

    /** It takes no step any more. */
    default void ended() {}
  }

  /**
   * Prepares them.
   *
   * @param heap in which {@code application} was started
   */
  public ProgramThreads(
      ExecutionContext execution, Application application, ArenaHeap heap, Watcher watcher) {
    this.execution = execution;
    this.application = application;
    this.heap = heap;
    this.watcher = watcher;
  }

  /** Starts them all. By a thread of the execution context. */
  public void start() {
    int count = application.threads(heap);
    for (int i = 0; i < count; i++) {
      int thread = i;
      String name = count == 1 ? application.name() : application.name() + " " + (thread + 1);
      threads.add(execution.spawn(name, () -> run(thread)));
    }
  }

  private void run(int thread) {
    boolean whole = false;
    try {
      ArenaHeap own = heap.forThread(thread);
      boolean more = true;
      while (more && !abandoned) {
        more = application.step(own, thread);
        watcher.stepped(thread, more ? application.progress(own, thread) : 1);
        execution.pollRestartable();
      }
      whole = true;
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      if (!whole) {
        abandoned = true;
      }
      watcher.ended();
    }
  }

  /** Lets nobody take another step. */
  void abandon() {
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** Waits for the end of all of them; throws what ended one early. */
  public void join() throws InterruptedException {
    RuntimeException failed = null;
    for (TrackedThread thread : threads) {
      try {
        thread.join();
      } catch (IllegalStateException e) { // an error of it; no step of another may come later
        abandoned = true;
        failed = e;
      }
    }
    failed = failed == null ? failure : failed;
    if (failed != null) {
      throw failed;
    }
  }
}
