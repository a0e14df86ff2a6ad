package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import java.util.Optional;

/**
 * Classic soft-dirty. {@code clear_refs} clears the whole process, so everything armed is read
 * before, inside the asked range or not; and nothing is cleared when nothing has to be armed.
 */
final class SoftDirtyMode implements PagemapMode {
  private final SoftDirtyPagemap pagemap;

  SoftDirtyMode(SoftDirtyPagemap pagemap) {
    this.pagemap = pagemap;
  }

  @Override
  public String name() {
    return "soft-dirty";
  }

  @Override
  public boolean needsStoppedWriters() {
    return true;
  }

  @Override
  public PageSet collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    PageSet inside = armed.intersect(scan);
    PageSet written = read(inside);
    if (armed.minus(written).containsAll(arm)) {
      return written;
    }
    PageSet outside = read(armed.minus(inside));
    pagemap.clearSoftDirty();
    return written.union(outside);
  }

  @Override
  public Optional<String> lost() {
    return Optional.empty();
  }

  @Override
  public void unmapped(PageSet pages) {}

  @Override
  public void close() {}

  private PageSet read(PageSet ranges) throws TrackingException {
    return ranges.isEmpty() ? ranges : pagemap.readSoftDirty(ranges);
  }
}
