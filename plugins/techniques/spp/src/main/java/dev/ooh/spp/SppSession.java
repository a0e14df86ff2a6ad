package dev.ooh.spp;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.ring.LoadedParts;
import dev.ooh.ring.RingSession;
import dev.ooh.spp.cpu.SubPagePermissions;
import dev.ooh.spp.cpu.SubPages;
import dev.ooh.spp.hypervisor.SppHypervisor;
import dev.ooh.spp.lib.OohLib;
import dev.ooh.spp.module.SppModule;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Map;

/** Loads SPP's parts into the machine. */
final class SppSession extends RingSession {
  static final Setting<Long> GRANULE =
      Setting.powerOfTwo(
          "spp.granule",
          SubPages.BYTES,
          PageSet.PAGE_SIZE,
          SubPages.BYTES,
          "Bytes that are opened, and reported, at one EPT violation.");

  private final OohLib lib;

  private SppSession(MachineExtensions machine, LoadedParts parts, OohLib lib, long entries) {
    super(machine, parts, lib, entries);
    this.lib = lib;
  }

  static SppSession open(AddressSpace space, MachineExtensions machine) throws TrackingException {
    long entries = TrackingTechnique.setting(space, RING_ENTRIES);
    int granule = Math.toIntExact(TrackingTechnique.setting(space, GRANULE));
    LoadedParts parts = new LoadedParts("spp");
    try {
      parts.add(machine.installCpuExtension(SubPagePermissions.class, SubPagePermissions::new));
      parts.add(machine.loadHypervisorModule(SppHypervisor.class, SppHypervisor::new));
      parts.add(machine.loadKernelModule(SppModule.class, SppModule::new));
      OohLib lib = parts.add(new OohLib(machine, granule));
      return new SppSession(machine, parts, lib, entries);
    } catch (IllegalStateException e) {
      parts.close();
      throw new TrackingException("spp: " + e.getMessage(), e);
    }
  }

  @Override
  protected String loss(long count, long capacity) {
    return "spp's ring of %d entries had no room for %d".formatted(capacity, count);
  }

  @Override
  public String mode() {
    return "sub-page";
  }

  @Override
  protected Map<String, Long> ownCounts() {
    return Map.of("ring.unresolved", lib.unresolved());
  }
}
