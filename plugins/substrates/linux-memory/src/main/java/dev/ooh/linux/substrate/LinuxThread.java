package dev.ooh.linux.substrate;

import dev.ooh.memory.ExecutionContext.TrackedThread;
import org.jspecify.annotations.Nullable;

/** A platform thread of a {@link LinuxExecution}. */
final class LinuxThread implements TrackedThread {
  private final LinuxExecution execution;
  private final Thread thread;
  private volatile @Nullable Throwable failure;

  LinuxThread(LinuxExecution execution, String name, Runnable body) {
    this.execution = execution;
    thread =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .start(
                () -> {
                  try (var joined = new LinuxExecution.Joined(execution)) {
                    body.run();
                  } catch (Throwable e) {
                    failure = e;
                  }
                });
  }

  @Override
  public String name() {
    return thread.getName();
  }

  @Override
  public boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public void join() throws InterruptedException {
    execution.beginWait();
    try {
      thread.join();
    } finally {
      execution.endWait();
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw new IllegalStateException("thread " + name() + " failed: " + thrown, thrown);
    }
  }
}
