package dev.ooh.example.collector;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.core.TrackingCore;
import java.util.concurrent.Executors;

/**
 * A collected heap of this process's own memory, with whatever technique the machine offers to tell
 * its collector what was written.
 */
final class CollectedSpace implements AutoCloseable {
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("versions"));
  private final TrackingCore core = TrackingCore.load();
  private final CollectedHeap heap;

  /**
   * @param maxBytes how large it may grow
   */
  CollectedSpace(long maxBytes) {
    HeapOptions options = HeapOptions.of(Math.min(maxBytes, 16 << 20), maxBytes);
    heap = new CollectedHeap(space, options, core::fetch, (pages, interval) -> {});
  }

  CollectedHeap heap() {
    return heap;
  }

  /** Runs what uses the heap as a thread of the space, for only those does a collection stop. */
  void run(Runnable program) {
    try {
      space.execution().run(Executors.callable(program));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    heap.close();
    core.close();
    space.close();
  }
}
