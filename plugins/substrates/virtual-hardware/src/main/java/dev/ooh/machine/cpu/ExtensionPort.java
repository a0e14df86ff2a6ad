package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.WriteVerdict;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The processor's side of {@link CpuExtension}: who is attached, and what they may do. */
final class ExtensionPort implements CpuContext {
  private final HostMemory memory;
  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EventCounters counters;
  private final CachedMappings mappings;
  private final DirectMap directMap;
  private final EptWalker ept;
  private final Interrupts interrupts;
  private final List<CpuExtension> extensions = new ArrayList<>();

  ExtensionPort(
      HostMemory memory,
      Vmcs vmcs,
      ExecutionControls controls,
      EventCounters counters,
      CachedMappings mappings,
      DirectMap directMap,
      EptWalker ept,
      Interrupts interrupts) {
    this.memory = memory;
    this.vmcs = vmcs;
    this.controls = controls;
    this.counters = counters;
    this.mappings = mappings;
    this.directMap = directMap;
    this.ept = ept;
    this.interrupts = interrupts;
  }

  void attach(CpuExtension extension) {
    for (CpuExtension other : extensions) {
      if (other.name().equals(extension.name())) {
        throw new IllegalArgumentException(
            "CPU extension %s: is attached already".formatted(extension.name()));
      }
    }
    extension.fields().forEach(vmcs.layout()::add);
    extensions.add(extension);
    extension.attach(this);
  }

  void detach(CpuExtension extension) {
    if (extensions.remove(extension)) {
      extension.detach();
    }
  }

  /** Tells the extensions; whether one of them made the processor exit or invalidate. */
  boolean dirtyFlagSet(long gva) {
    if (extensions.isEmpty() || controls.shadow == null) {
      return false;
    }
    long before = mappings.invalidations();
    for (CpuExtension extension : extensions) {
      extension.dirtyFlagSet(gva);
    }
    return mappings.invalidations() != before;
  }

  /** What the first extension says that knows the page; null if none does. */
  @Nullable WriteVerdict writesReadOnlyPage(long eptEntry, long gpa, int bytes) {
    for (CpuExtension extension : extensions) {
      WriteVerdict verdict = extension.writesReadOnlyPage(eptEntry, gpa, bytes);
      if (verdict != null) {
        return verdict;
      }
    }
    return null;
  }

  void eptInvalidated() {
    extensions.forEach(CpuExtension::eptInvalidated);
  }

  /** What an allowed VMWRITE of the guest stores. */
  long guestWrites(VmcsField field, long value) {
    for (CpuExtension extension : extensions) {
      if (extension.fields().contains(field)) {
        return extension.guestWrites(field, value);
      }
    }
    return value;
  }

  @Override
  public boolean hasFields() {
    return controls.shadow != null;
  }

  @Override
  public long read(VmcsField field) {
    return shadow(field).read(field);
  }

  @Override
  public void write(VmcsField field, long value) {
    shadow(field).write(field, value);
  }

  @Override
  public long translateForWrite(long gpa) {
    directMap.forWrite(gpa, HostMemory.FRAME - (int) (gpa & (HostMemory.FRAME - 1)));
    return ept.hostPhysical(gpa);
  }

  @Override
  public long control(VmcsField field) {
    return vmcs.read(field);
  }

  @Override
  public long loadHostPhysical(long hpa) {
    return memory.readLong(hpa);
  }

  @Override
  public void storeHostPhysical(long hpa, long value) {
    memory.writeLong(hpa, value);
  }

  @Override
  public void selfIpi(int vector) {
    interrupts.selfIpi(vector);
  }

  @Override
  public void count(Event event) {
    counters.count(event);
  }

  private Vmcs shadow(VmcsField field) {
    @Nullable Vmcs shadow = controls.shadow;
    if (shadow == null) {
      throw new IllegalStateException(
          "VMCS field %s: the guest has no shadow VMCS to hold it".formatted(field));
    }
    return shadow;
  }
}
