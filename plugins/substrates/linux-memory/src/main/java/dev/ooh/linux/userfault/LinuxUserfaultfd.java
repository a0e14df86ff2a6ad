package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.EnumSet;
import java.util.Set;

/** userfaultfd over this process's memory. */
public final class LinuxUserfaultfd implements Userfaultfd {
  private final Architecture architecture;
  private final WriteProtectScan scans;
  private final MonitorPool monitors;
  private final SynchronousDescriptors synchronous = new SynchronousDescriptors();

  public LinuxUserfaultfd(Architecture architecture, WriteProtectScan scans, MonitorPool monitors) {
    this.architecture = architecture;
    this.scans = scans;
    this.monitors = monitors;
  }

  @Override
  public Set<Mode> modes() {
    EnumSet<Mode> modes = EnumSet.noneOf(Mode.class);
    try (WriteProtectScan.Scanner tried = scans.open()) {
      modes.add(Mode.ASYNCHRONOUS_WRITE_PROTECT);
    } catch (FacilityException e) {
      // Not offered; open says why.
    }
    try (SynchronousUserfaultfd tried = new SynchronousUserfaultfd(architecture)) {
      modes.add(Mode.SYNCHRONOUS_WRITE_PROTECT);
      modes.add(Mode.MISSING);
    } catch (FacilityException e) {
      // Not offered; open says why.
    }
    return modes;
  }

  @Override
  public Descriptor open(Mode mode) throws FacilityException {
    return switch (mode) {
      case ASYNCHRONOUS_WRITE_PROTECT -> new AsynchronousDescriptor(scans.open());
      case SYNCHRONOUS_WRITE_PROTECT, MISSING -> {
        MonitoredDescriptor opened = new MonitoredDescriptor(architecture, monitors, mode);
        synchronous.add(opened);
        yield opened;
      }
    };
  }

  /** Those that were opened here and need a monitor. */
  SynchronousDescriptors synchronous() {
    return synchronous;
  }
}
