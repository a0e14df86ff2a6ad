package dev.ooh.benchmarks;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The product's side: whole fetches through the core, technique, page set and commit included. */
final class JavaSide implements TrackedMemory {
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("comparison"));
  private final TrackingCore core = TrackingCore.create(List.of(new ProcfsTechnique()));
  private final TrackingConsumer consumer = space.consumer("comparison");
  private final Memory memory = space.memory();
  private final Region region;
  private final PageSet all;
  private Userfaultfd.@Nullable Descriptor descriptor;
  private @Nullable Region faulting;

  JavaSide(int mebibytes) {
    this(mebibytes, mebibytes);
  }

  /** Tracks {@code mebibytes}, of which {@code populated} have ever been written. */
  JavaSide(int mebibytes, int populated) {
    region = space.map(RegionRequest.anonymous("tracked", (long) mebibytes << 20));
    memory.fill(region.start(), (long) populated << 20, (byte) 1);
    all = region.pages();
    try {
      core.use("procfs");
    } catch (TrackingException e) {
      throw new IllegalStateException(e);
    }
    fetch();
  }

  @Override
  public long pages() {
    return all.pageCount();
  }

  @Override
  public void dirty(int percent) {
    long state = 1;
    for (long page = region.start(); page < region.end(); page += PageSet.PAGE_SIZE) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      if ((state >>> 33) % 100 < percent) {
        memory.putByte(page, (byte) (memory.getByte(page) + 1));
      }
    }
  }

  @Override
  public long fetch() {
    try (Interval interval = core.fetch(space, consumer, all, all)) {
      interval.commit();
      return 2L * interval.pages().runCount();
    }
  }

  @Override
  public void writeEachPage() {
    writeEachPage(region);
  }

  private void writeEachPage(Region target) {
    for (long page = target.start(); page < target.end(); page += PageSet.PAGE_SIZE) {
      memory.putLong(page, page);
    }
  }

  @Override
  public void armFaults() {
    try {
      if (descriptor == null || faulting == null) {
        faulting =
            space.map(RegionRequest.anonymous("faulting", (long) FAULT_PAGES * PageSet.PAGE_SIZE));
        memory.fill(faulting.start(), faulting.bytes(), (byte) 1);
        descriptor =
            space
                .facility(Userfaultfd.class)
                .orElseThrow()
                .open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT);
        descriptor.register(faulting.pages());
      }
      descriptor.drain();
      descriptor.writeProtect(faulting.pages());
    } catch (FacilityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void faultEachPage() {
    if (faulting != null) {
      writeEachPage(faulting);
    }
  }

  @Override
  public void close() {
    if (descriptor != null) {
      descriptor.close();
    }
    core.close();
    space.close();
  }
}
