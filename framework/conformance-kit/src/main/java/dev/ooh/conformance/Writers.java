package dev.ooh.conformance;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Threads of the tracked program that store while the consumers fetch. */
final class Writers {
  private final ExecutionContext execution;
  private final Contents contents;
  private final List<TrackedThread> threads = new ArrayList<>();
  private volatile long[] pages = {};
  private volatile boolean stop;

  Writers(ExecutionContext execution, Contents contents) {
    this.execution = execution;
    this.contents = contents;
  }

  /** Where writers store from now on; call it while they stand still. */
  void mapped(PageSet mapped) {
    long[] addresses = new long[(int) mapped.pageCount()];
    int[] next = {0};
    mapped.forEachPage(page -> addresses[next[0]++] = page);
    pages = addresses;
  }

  void start(long seed) {
    threads.add(execution.spawn("writer-" + threads.size(), () -> write(new Random(seed))));
  }

  int count() {
    return threads.size();
  }

  private void write(Random random) {
    while (!stop) {
      long[] now = pages;
      if (now.length > 0) {
        try {
          contents.stamp(now[random.nextInt(now.length)], random.nextInt());
        } catch (MemoryAccessException e) {
          // The page was unmapped by the kit between the look and the store.
        }
      }
      execution.poll();
    }
  }

  /** Ends them all. */
  void join() throws InterruptedException {
    stop = true;
    for (TrackedThread thread : threads) {
      thread.join();
    }
    threads.clear();
    stop = false;
  }
}
