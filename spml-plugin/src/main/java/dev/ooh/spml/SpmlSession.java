package dev.ooh.spml;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;
import dev.ooh.ring.LoadedParts;
import dev.ooh.ring.RingSession;
import dev.ooh.spml.hypervisor.SpmlHypervisor;
import dev.ooh.spml.lib.OohLib;
import dev.ooh.spml.module.SpmlModule;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Map;

/** Loads SPML's parts into the machine. */
final class SpmlSession extends RingSession {
  static final Setting<Boolean> REVERSE_MAP_REUSE =
      Setting.flag(
          "reverse-map-reuse",
          false,
          "Whether a mapping resolved once is not paid for again, as in Boehm GC.");

  private final OohLib lib;

  private SpmlSession(MachineExtensions machine, LoadedParts parts, OohLib lib, long entries) {
    super(machine, parts, lib, entries);
    this.lib = lib;
  }

  static SpmlSession open(AddressSpace space, MachineExtensions machine) throws TrackingException {
    long entries = TrackingTechnique.setting(space, RING_ENTRIES);
    boolean reuse = TrackingTechnique.setting(space, REVERSE_MAP_REUSE);
    LoadedParts parts = new LoadedParts("spml");
    try {
      parts.add(machine.loadHypervisorModule(SpmlHypervisor.class, SpmlHypervisor::new));
      parts.add(machine.loadKernelModule(SpmlModule.class, SpmlModule::new));
      OohLib lib = parts.add(new OohLib(machine, reuse));
      return new SpmlSession(machine, parts, lib, entries);
    } catch (IllegalStateException e) {
      parts.close();
      throw new TrackingException("spml: " + e.getMessage(), e);
    }
  }

  @Override
  protected String loss(long count, long capacity) {
    return "spml's ring of %d entries had no room for %d".formatted(capacity, count);
  }

  @Override
  public String mode() {
    return "shadow-pml";
  }

  @Override
  protected Map<String, Long> ownCounts() {
    return Map.of("ring.unresolved", lib.unresolved());
  }
}
