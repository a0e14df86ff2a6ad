package dev.ooh.epml;

import dev.ooh.epml.cpu.GuestPml;
import dev.ooh.epml.hypervisor.EpmlHypervisor;
import dev.ooh.epml.lib.OohLib;
import dev.ooh.epml.module.EpmlModule;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.ring.LoadedParts;
import dev.ooh.ring.RingSession;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;

/** Loads EPML's parts into the machine. */
final class EpmlSession extends RingSession {
  private EpmlSession(MachineExtensions machine, LoadedParts parts, OohLib lib, long entries) {
    super(machine, parts, lib, entries);
  }

  static EpmlSession open(AddressSpace space, MachineExtensions machine) throws TrackingException {
    long entries = TrackingTechnique.setting(space, RING_ENTRIES);
    LoadedParts parts = new LoadedParts("epml");
    try {
      parts.add(machine.installCpuExtension(GuestPml.class, GuestPml::new));
      parts.add(machine.loadHypervisorModule(EpmlHypervisor.class, EpmlHypervisor::new));
      parts.add(machine.loadKernelModule(EpmlModule.class, EpmlModule::new));
      OohLib lib = parts.add(new OohLib(machine));
      return new EpmlSession(machine, parts, lib, entries);
    } catch (IllegalStateException e) {
      parts.close();
      throw new TrackingException("epml: " + e.getMessage(), e);
    }
  }

  @Override
  protected String loss(long count, long capacity) {
    return "epml's buffers overflowed %d times with a ring of %d entries"
        .formatted(count, capacity);
  }

  @Override
  public String mode() {
    return "guest-pml";
  }
}
