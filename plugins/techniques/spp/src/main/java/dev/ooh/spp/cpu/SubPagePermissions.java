package dev.ooh.spp.cpu;

import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.WriteVerdict;
import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sub-page write permission: a write to a page that the EPT makes read-only, and whose entry has
 * bit 61 set, is allowed where the page's vector in the SPPT allows it, and an EPT violation
 * elsewhere. Each sub-page that an access touches must allow it. Nothing is cached: each write
 * walks the SPPT, so a vector that changed needs no INVEPT.
 */
public final class SubPagePermissions implements CpuExtension {
  private static final WriteVerdict ALLOWED = new WriteVerdict.Allowed();
  private static final WriteVerdict MISS =
      new WriteVerdict.Exit(SppControls.EXIT_REASON, SppControls.MISS);
  private static final WriteVerdict MISCONFIGURATION =
      new WriteVerdict.Exit(SppControls.EXIT_REASON, 0);

  private @Nullable CpuContext cpu;

  @Override
  public String name() {
    return "sub-page write permission";
  }

  @Override
  public List<VmcsField> fields() {
    return List.of(SppControls.SPPT_POINTER);
  }

  @Override
  public void attach(CpuContext context) {
    cpu = context;
  }

  @Override
  public void detach() {
    cpu = null;
  }

  @Override
  public void dirtyFlagSet(long gva) {}

  @Override
  public @Nullable WriteVerdict writesReadOnlyPage(long eptEntry, long gpa, int bytes) {
    if (cpu == null
        || (eptEntry & SppControls.EPT_SUB_PAGES) == 0
        || (cpu.control(VmcsField.SECONDARY_CONTROLS) & SppControls.ENABLE) == 0) {
      return null;
    }
    long entry = cpu.control(SppControls.SPPT_POINTER);
    for (int level = 4; level >= 1; level--) {
      long table = SpptEntry.address(entry);
      entry = cpu.loadHostPhysical(table + 8L * SpptEntry.index(gpa, level));
      if (level > 1 && !SpptEntry.isValid(entry)) {
        return MISS;
      }
      if (SpptEntry.isMisconfigured(entry, level)) {
        return MISCONFIGURATION;
      }
    }
    return permission(entry, gpa, bytes);
  }

  private static WriteVerdict permission(long vector, long gpa, int bytes) {
    int first = SubPages.index(gpa);
    int last = SubPages.index(gpa + bytes - 1);
    for (int index = first; index <= last; index++) {
      if (!SpptEntry.isWritable(vector, index)) {
        long start = (gpa & -4096) + (long) index * SubPages.BYTES;
        return new WriteVerdict.Denied(Math.max(gpa, start));
      }
    }
    return ALLOWED;
  }
}
