package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.kernel.Userfault;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The guest's userfaultfd, with its handler. A protected entry belongs to one mapping of a frame,
 * so a page whose frame has further mappings is in every drain.
 */
final class VirtualUserfaultfd implements Userfaultfd {
  private final GuestKernel kernel;
  private final UserProcess process;
  private final TechniqueProcess tracker;

  /**
   * @param process the tracked one
   */
  VirtualUserfaultfd(GuestKernel kernel, UserProcess process, TechniqueProcess tracker) {
    this.kernel = kernel;
    this.process = process;
    this.tracker = tracker;
  }

  @Override
  public Set<Mode> modes() {
    return EnumSet.allOf(Mode.class);
  }

  @Override
  public Descriptor open(Mode mode) throws FacilityException {
    Userfault.Mode kernelMode =
        switch (mode) {
          case SYNCHRONOUS_WRITE_PROTECT -> Userfault.Mode.SYNCHRONOUS_WRITE_PROTECT;
          case ASYNCHRONOUS_WRITE_PROTECT -> Userfault.Mode.ASYNCHRONOUS_WRITE_PROTECT;
          case MISSING -> Userfault.Mode.MISSING;
        };
    try {
      return new Open(
          tracker.isOwn()
              ? kernel.userfaultfd(process, tracker.process(), kernelMode)
              : kernel.userfaultfd(process, kernelMode));
    } catch (IllegalStateException e) {
      throw new FacilityException("userfaultfd: " + e.getMessage(), e);
    }
  }

  private final class Open implements Descriptor {
    private final Userfault userfault;
    private PageSet registered = PageSet.empty();
    private boolean closed;

    Open(Userfault userfault) {
      this.userfault = userfault;
    }

    @Override
    public void register(PageSet ranges) throws FacilityException {
      try {
        enter(
            () -> {
              ranges.minus(registered).forEachRun(userfault::register);
              registered = registered.union(ranges);
            });
      } catch (IllegalStateException e) {
        throw new FacilityException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public void unregister(PageSet ranges) {
      enter(
          () -> {
            registered.intersect(ranges).forEachRun(userfault::unregister);
            registered = registered.minus(ranges);
          });
    }

    @Override
    public void writeProtect(PageSet ranges) throws FacilityException {
      if (!registered.containsAll(ranges)) {
        throw new FacilityException(
            "UFFDIO_WRITEPROTECT of %s: ENOENT, wanted registered ranges"
                .formatted(ranges.minus(registered)));
      }
      try {
        enter(() -> ranges.forEachRun(userfault::writeProtect));
      } catch (IllegalStateException e) {
        throw new FacilityException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public PageSet drain() throws FacilityException {
      try {
        return tracker.service(this::faulted);
      } catch (IllegalStateException e) {
        throw new FacilityException(String.valueOf(e.getMessage()), e);
      }
    }

    private PageSet faulted() {
      PageSet.Builder pages = PageSet.builder();
      userfault.drain(pages::addPage);
      registered.forEachRun(
          (start, end) -> kernel.mappings().forEachSharedPage(process, start, end, pages::addPage));
      return pages.build();
    }

    @Override
    public Optional<String> lost() {
      // The handler is the kernel's own and records before the writer goes on: nothing to lose.
      return Optional.empty();
    }

    @Override
    public void close() {
      if (!closed && process.isAlive()) {
        enter(
            () -> {
              closed = true;
              userfault.close();
            });
      }
    }

    private void enter(Runnable body) {
      tracker.service(body);
    }
  }
}
