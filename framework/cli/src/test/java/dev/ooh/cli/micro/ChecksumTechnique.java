package dev.ooh.cli.micro;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Compares a checksum of every page with that of the fetch before: right, slow and unpriced. */
public final class ChecksumTechnique implements TrackingTechnique {
  private static final int PAGE = (int) PageSet.PAGE_SIZE;

  @Override
  public TechniqueDescriptor descriptor() {
    return new TechniqueDescriptor("checksum", "a checksum of every page", 1, false);
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("reading is always possible");
  }

  @Override
  public TrackingSession open(AddressSpace space) {
    return new Session(space);
  }

  private static final class Session implements TrackingSession {
    private final AddressSpace space;
    private final Map<Long, Long> sums = new HashMap<>();

    Session(AddressSpace space) {
      this.space = space;
    }

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) {
      PageSet.Builder changed = PageSet.builder();
      byte[] page = new byte[PAGE];
      scan.union(arm)
          .forEachRun(
              (start, end) -> {
                for (long gva = start; gva < end; gva += PAGE) {
                  space.memory().read(gva, page, 0, PAGE);
                  CRC32 sum = new CRC32();
                  sum.update(page);
                  Long before = sums.put(gva, sum.getValue());
                  if (before == null || before != sum.getValue()) {
                    changed.addPage(gva);
                  }
                }
              });
      return Gathered.of(changed.build());
    }

    @Override
    public void unmapped(PageSet pages) {
      sums.keySet().removeIf(gva -> pages.containsAll(PageSet.of(gva, gva + PAGE)));
    }

    @Override
    public String mode() {
      return "checksums";
    }

    @Override
    public TechniqueStatistics statistics() {
      return TechniqueStatistics.none();
    }

    @Override
    public void close() {}
  }
}
