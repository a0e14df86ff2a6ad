package dev.ooh.conformance.storm;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Everything that writes to memory or disturbs the JVM while consumers fetch. */
final class Weather {
  final AtomicLong stores = new AtomicLong();
  final AtomicLong kernelWrites = new AtomicLong();
  final AtomicLong collections = new AtomicLong();

  private final ExecutionContext execution;
  private final List<TrackedThread> threads = new ArrayList<>();
  private volatile List<Area> areas;
  private volatile boolean stop;

  Weather(ExecutionContext execution, List<Area> areas) {
    this.execution = execution;
    this.areas = areas;
  }

  /** Where to write from now on; to be called while writers stand still. */
  void over(List<Area> now) {
    areas = now;
  }

  void writer(SplittableRandom random) {
    spawn(
        "writer",
        () -> {
          List<Area> now = areas;
          Area area = now.get(random.nextInt(now.size()));
          long done = 0;
          if (random.nextInt(8) == 0) {
            // Every other page: more runs than a call returns.
            for (int page = random.nextInt(2); page < area.pages(); page += 2, done++) {
              area.put(page, 0, random.nextLong());
            }
          } else {
            for (; done < 64; done++) {
              area.put(random.nextInt(area.pages()), random.nextInt(), random.nextLong());
            }
          }
          stores.addAndGet(done);
          // Not all of memory may be dirty at each fetch, or nothing could be missing.
          LockSupport.parkNanos(random.nextLong(500_000));
        });
  }

  /** read(2) straight into tracked pages. */
  void kernelWriter(FileChannel source, MemorySegment target, SplittableRandom random) {
    spawn(
        "kernel-writer",
        () -> {
          long bytes = (1 + random.nextInt(4)) * (long) PageSet.PAGE_SIZE;
          long to = random.nextLong(target.byteSize() - bytes);
          try {
            source.read(
                target.asSlice(to, bytes).asByteBuffer(), random.nextLong(source.size() - bytes));
          } catch (IOException e) {
            throw new IllegalStateException("read(2) into tracked memory: " + e.getMessage(), e);
          }
          kernelWrites.incrementAndGet();
          LockSupport.parkNanos(1_000_000);
        });
  }

  void collector() {
    spawn(
        "collector",
        () -> {
          byte[][] garbage = new byte[64][];
          for (int i = 0; i < garbage.length; i++) {
            garbage[i] = new byte[16 * 1024];
          }
          long from = System.nanoTime();
          System.gc();
          collections.incrementAndGet();
          // As long as it took, or on a busy machine nobody would do anything in between.
          LockSupport.parkNanos(Math.max(2_000_000, System.nanoTime() - from));
        });
  }

  /** Strikes at fault handlers. */
  void tamer(Tamer tamer) {
    spawn(
        "tamer",
        () -> {
          LockSupport.parkNanos(tamer.nanosToWait());
          tamer.strike();
        });
  }

  private void spawn(String name, Runnable once) {
    threads.add(
        execution.spawn(
            "storm-" + name + "-" + threads.size(),
            () -> {
              while (!stop) {
                once.run();
                execution.poll();
              }
            }));
  }

  /** Ends it and throws what a thread threw. */
  void end() throws InterruptedException {
    stop = true;
    for (TrackedThread thread : threads) {
      thread.join();
    }
  }
}
