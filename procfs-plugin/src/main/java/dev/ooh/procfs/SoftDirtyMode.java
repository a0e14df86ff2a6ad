package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;

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
  public Gathered collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    PageSet inside = armed.intersect(scan);
    PageSet written = read(inside);
    boolean clears = !armed.minus(written).containsAll(arm);
    return Gathered.of(clears ? written.union(read(armed.minus(inside))) : written);
  }

  @Override
  public void arm(PageSet fresh) throws TrackingException {
    pagemap.clearSoftDirty();
  }

  @Override
  public void close() {}

  private PageSet read(PageSet ranges) throws TrackingException {
    return ranges.isEmpty() ? ranges : pagemap.readSoftDirty(ranges);
  }
}
