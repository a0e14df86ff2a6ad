package dev.ooh.criu.toy;

import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import dev.ooh.testing.space.TestMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Snapshots that copy everything when they begin; they can be lost. */
public final class ToySnapshots implements CopyBeforeWrite {
  private final TestMemory memory;

  /** The next snapshots tell nothing. */
  public boolean lose;

  /** What happens right before the next ones begin. */
  public Runnable beforeTheMoment = () -> {};

  /** How many are prepared and not closed. */
  public int prepared;

  /** How many have begun. */
  public int begun;

  ToySnapshots(TestMemory memory) {
    this.memory = memory;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public Prepared prepare(PageSet pages, long mostBytes) {
    prepared++;
    return new Prepared() {
      @Override
      public Snapshot begin() {
        beforeTheMoment.run();
        begun++;
        return new ToySnapshot(pages);
      }

      @Override
      public void close() {
        prepared--;
      }
    };
  }

  private final class ToySnapshot implements Snapshot {
    private final Map<Long, byte[]> then = new HashMap<>();
    private final PageSet late;

    ToySnapshot(PageSet pages) {
      late = written(pages);
      pages.forEachPage(
          page -> {
            byte[] copy = new byte[PageSet.PAGE_SIZE];
            memory.read(page, copy, 0, copy.length);
            then.put(page, copy);
          });
    }

    private PageSet written(PageSet pages) {
      PageSet.Builder written = PageSet.builder();
      pages.forEachPage(
          page -> {
            if (memory.isWritten(page)) {
              written.addPage(page);
            }
          });
      return written.build();
    }

    @Override
    public PageSet late() {
      return late;
    }

    @Override
    public void release(PageSet pages) {
      pages.forEachPage(then::remove);
    }

    @Override
    public void settle(long address, byte[] copied, int offset, int length)
        throws SnapshotException {
      if (lose) {
        throw new SnapshotException("the toy lost it");
      }
      for (int done = 0; done < length; done += PageSet.PAGE_SIZE) {
        byte[] page = then.remove(address + done);
        if (page == null) {
          throw new SnapshotException("page 0x%x is not to be read".formatted(address + done));
        }
        System.arraycopy(page, 0, copied, offset + done, page.length);
      }
    }

    @Override
    public Waits end() {
      return new Waits(1, 2, 3, 4);
    }
  }
}
