package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import dev.ooh.tracking.facility.FacilityException;
import java.util.Optional;

/**
 * Copy before write by the descriptor of whoever tracks the pages: the kernel gives a mapping one
 * userfaultfd, so a snapshot can't bring its own.
 */
public final class LinuxCopyBeforeWrite implements CopyBeforeWrite {
  private final Architecture architecture;
  private final LinuxUserfaultfd userfaultfd;

  public LinuxCopyBeforeWrite(Architecture architecture, LinuxUserfaultfd userfaultfd) {
    this.architecture = architecture;
    this.userfaultfd = userfaultfd;
  }

  @Override
  public Optional<String> refusal() {
    try (SynchronousUserfaultfd tried = new SynchronousUserfaultfd(architecture)) {
      return Optional.empty();
    } catch (FacilityException e) {
      return Optional.of(e.getMessage() + (e.remedy().isEmpty() ? "" : "; " + e.remedy()));
    }
  }

  @Override
  public Prepared prepare(PageSet pages, long mostBytes) throws SnapshotException {
    for (MonitoredDescriptor descriptor : userfaultfd.synchronous().open()) {
      if (descriptor.protects(pages)) {
        return new MonitoredSnapshot(descriptor, pages, mostBytes).prepared();
      }
    }
    throw new SnapshotException(
        "copy before write of %d pages: found no synchronous userfaultfd that protects all of them, and the kernel gives a mapping one"
            .formatted(pages.pageCount()));
  }
}
