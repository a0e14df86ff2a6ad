package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.PagemapEntry;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.SoftDirtyPagemap;

/**
 * The guest's /proc/PID/pagemap and clear_refs. A soft-dirty bit belongs to one mapping of a frame,
 * so a page whose frame has further mappings counts as dirty whatever its own bit says.
 */
final class VirtualPagemap implements SoftDirtyPagemap {
  private final GuestKernel kernel;
  private final UserProcess process;

  VirtualPagemap(GuestKernel kernel, UserProcess process) {
    this.kernel = kernel;
    this.process = process;
  }

  @Override
  public PageSet readSoftDirty(PageSet ranges) {
    return kernel
        .entry()
        .service(
            process,
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
  public void clearSoftDirty() {
    kernel.entry().service(process, () -> kernel.softDirty().clear(process));
  }
}
