package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.PagemapEntry;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import java.util.function.Supplier;

/**
 * The guest's /proc/PID/pagemap and clear_refs. A soft-dirty bit belongs to one mapping of a frame,
 * so a page whose frame has further mappings counts as dirty whatever its own bit says.
 */
final class VirtualPagemap implements SoftDirtyPagemap {
  private final GuestKernel kernel;
  private final UserProcess process;
  private final TechniqueProcess tracker;

  /**
   * @param process the tracked one
   */
  VirtualPagemap(GuestKernel kernel, UserProcess process, TechniqueProcess tracker) {
    this.kernel = kernel;
    this.process = process;
    this.tracker = tracker;
  }

  @Override
  public PageSet readSoftDirty(PageSet ranges) throws FacilityException {
    return enter(
        () -> {
          PageSet.Builder dirty = PageSet.builder();
          ranges.forEachRun(
              (start, end) -> {
                kernel
                    .softDirty()
                    .readPagemap(
                        process,
                        start,
                        end,
                        (gva, entry) -> {
                          if (PagemapEntry.isSoftDirty(entry)) {
                            dirty.addPage(gva);
                          }
                        });
                kernel.mappings().forEachSharedPage(process, start, end, dirty::addPage);
              });
          return dirty.build();
        });
  }

  @Override
  public void clearSoftDirty() throws FacilityException {
    enter(
        () -> {
          kernel.softDirty().clear(process);
          return true;
        });
  }

  @Override
  public long clears() {
    return kernel.softDirty().clears(process);
  }

  private <T> T enter(Supplier<T> call) throws FacilityException {
    try {
      return tracker.service(call);
    } catch (IllegalStateException e) {
      throw new FacilityException("/proc/%d: %s".formatted(process.pid(), e.getMessage()), e);
    }
  }
}
