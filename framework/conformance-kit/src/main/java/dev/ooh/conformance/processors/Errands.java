package dev.ooh.conformance.processors;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a tracked program that does one thing after the other for another one, which waits
 * meanwhile. It stays on its processor, with what is cached there.
 */
final class Errands {
  private final ContextLock lock;
  private final TrackedThread thread;
  private @Nullable Runnable errand;
  private boolean ended;

  Errands(ExecutionContext execution, String name) {
    this.lock = execution.newLock();
    this.thread = execution.spawn(name, this::serve);
  }

  private void serve() {
    lock.lock();
    try {
      while (!ended) {
        Runnable next = errand;
        if (next == null) {
          lock.await();
        } else {
          next.run();
          errand = null;
          lock.signalAll();
        }
      }
    } finally {
      errand = null; // whoever waits for one that failed finds out when it ends this
      lock.signalAll();
      lock.unlock();
    }
  }

  /** Returns when it is done. */
  void run(Runnable body) {
    lock.lock();
    try {
      errand = body;
      lock.signalAll();
      while (errand != null) {
        lock.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread, with what it threw. */
  void end() throws InterruptedException {
    lock.lock();
    try {
      ended = true;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
    thread.join();
  }
}
