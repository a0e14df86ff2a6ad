package dev.ooh.gc.testing;

import dev.ooh.criu.CheckpointException;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.DumpReport;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.DumpedHeap;
import dev.ooh.gc.CollectedHeap;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Dumps a collected heap and compares what its image sets hold with what memory held while the
 * program stood still. For one thread of the execution context.
 */
public final class HeapCheckpointer implements AutoCloseable {
  private static final byte[] ZEROS = new byte[PageSet.PAGE_SIZE];

  private final AddressSpace space;
  private final Runnable quiescent;
  private final Checkpointer checkpointer;
  private boolean dumping;

  /** Each page that was to be dumped, by its address. */
  private final Map<Long, byte[]> still = new HashMap<>();

  /**
   * @param changedPages as if the checkpointer were woven
   * @param copyBytes how much a dump may copy
   * @param quiescent run in each dump while the program stands still
   */
  public HeapCheckpointer(
      AddressSpace space,
      CollectedHeap heap,
      IntervalSource changedPages,
      ImageStore store,
      long copyBytes,
      Runnable quiescent) {
    this.space = space;
    this.quiescent = quiescent;
    Checkpointer.Observer observer =
        new Checkpointer.Observer() {
          @Override
          public void asked(PageSet scan, Interval interval) {
            if (dumping) {
              lookAround(scan);
            }
          }
        };
    checkpointer =
        new Checkpointer(
            space,
            new Subject("shadow graph", "test", 1, new Pages(space, heap)),
            store,
            new Checkpointer.Options(true, true, copyBytes, observer)) {
          @Override
          protected Interval changedPages(
              AddressSpace memory, TrackingConsumer me, PageSet scan, PageSet arm) {
            return changedPages.fetch(memory, me, scan, arm);
          }
        };
  }

  /** Copies pages while the program runs. */
  public void preDump() throws CheckpointException, IOException {
    checkpointer.preDump();
  }

  /** Dumps, reads the set back through its chain of parents, and compares. */
  public void dump() throws CheckpointException, IOException {
    dumping = true;
    DumpReport report;
    try {
      report = checkpointer.dump(Checkpointer.Then.GO_ON);
    } finally {
      dumping = false;
    }
    ImageSet set = ImageSet.open(report.set());
    set.readPages(
        (address, buffer, length) -> {
          for (int at = 0; at < length; at += PageSet.PAGE_SIZE) {
            compare(set, address + at, Arrays.copyOfRange(buffer, at, at + PageSet.PAGE_SIZE));
          }
        });
    still.forEach(
        (page, contents) -> {
          if (!Arrays.equals(contents, ZEROS)) {
            throw new AssertionError("%s lacks the page at 0x%x".formatted(set.path(), page));
          }
        });
  }

  private void compare(ImageSet set, long page, byte[] found) {
    byte[] wanted = still.remove(page);
    if (wanted == null) {
      throw new AssertionError(
          "%s has the page at 0x%x, nobody wanted it".formatted(set.path(), page));
    }
    int different = Arrays.mismatch(found, wanted);
    if (different >= 0) {
      throw new AssertionError(
          "%s differs from memory at 0x%x".formatted(set.path(), page + different));
    }
  }

  private void lookAround(PageSet scan) {
    quiescent.run();
    still.clear();
    scan.forEachPage(
        page -> {
          byte[] contents = new byte[PageSet.PAGE_SIZE];
          space.memory().read(page, contents, 0, contents.length);
          still.put(page, contents);
        });
  }

  @Override
  public void close() throws IOException {
    checkpointer.close();
  }

  /** The mapped pages, the globals' included. */
  private record Pages(AddressSpace space, CollectedHeap heap) implements DumpedHeap {
    @Override
    public long start() {
      return heap.pages().runStart(0);
    }

    @Override
    public PageSet used() {
      PageSet.Builder globals = PageSet.builder();
      for (Region region : space.regions()) {
        if (region.name().equals("globals")) {
          globals.add(region.start(), region.end());
        }
      }
      return heap.pages().union(globals.build());
    }
  }
}
