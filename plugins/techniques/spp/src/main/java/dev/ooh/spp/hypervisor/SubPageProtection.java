package dev.ooh.spp.hypervisor;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SppControls;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One machine's protected sub-pages: those that any log has armed. While a page has one, it is
 * read-only to the EPT and the SPPT says which of its sub-pages can be written.
 *
 * <p>The table has a page's vector before the page is protected, so an SPPT miss or
 * misconfiguration would be a mistake made here: nobody serves that exit, and the monitor says so.
 */
final class SubPageProtection {
  private final HypervisorContext hypervisor;
  private final PermissionTable table;
  private final Map<Long, SubPageLog> logs = new HashMap<>();

  /** Turns sub-page write permission on; nothing is protected yet. */
  SubPageProtection(HypervisorContext hypervisor) {
    this.hypervisor = hypervisor;
    table = new PermissionTable(hypervisor);
    hypervisor.vmwrite(SppControls.SPPT_POINTER, table.root());
    enable(true);
    hypervisor.registerExitHandler(
        ExitReason.EPT_VIOLATION.number(), (qualification, gpa, gva) -> serve(qualification, gpa));
  }

  /** Unprotects everything and turns it off. */
  void stop() {
    logs.values().forEach(this::release);
    logs.clear();
    enable(false);
    table.close();
  }

  private void enable(boolean on) {
    long controls = hypervisor.vmread(VmcsField.SECONDARY_CONTROLS);
    hypervisor.vmwrite(
        VmcsField.SECONDARY_CONTROLS,
        on ? controls | SppControls.ENABLE : controls & ~SppControls.ENABLE);
  }

  // ---- Logs -----------------------------------------------------------------------------------

  int logs() {
    return logs.size();
  }

  @Nullable SubPageLog log(long id) {
    return logs.get(id);
  }

  void open(long id, RingBuffer ring) {
    logs.put(id, new SubPageLog(ring));
  }

  /** Whether there was such a log. */
  boolean close(long id) {
    SubPageLog log = logs.remove(id);
    if (log == null) {
      return false;
    }
    release(log);
    return true;
  }

  private void release(SubPageLog log) {
    log.disarmAll(this::protect);
  }

  /** Arms all of the pages, with one INVEPT, as they lose a right. */
  void arm(SubPageLog log, long[] gpas) {
    for (long gpa : gpas) {
      log.arm(frame(gpa));
      protect(frame(gpa));
    }
    if (gpas.length > 0) {
      hypervisor.count(Event.CLEAR_REFS, gpas.length);
      hypervisor.invept();
    }
  }

  void disarm(SubPageLog log, long[] gpas) {
    for (long gpa : gpas) {
      log.disarm(frame(gpa));
      protect(frame(gpa));
    }
  }

  // ---- Exits ----------------------------------------------------------------------------------

  /** A write to a protected sub-page: whoever armed it has it, and the write goes on. */
  private boolean serve(long qualification, long gpa) {
    boolean write = (qualification & EptViolation.WRITE) != 0;
    if (!write || !hypervisor.isGuestMemory(gpa, 1) || armed(frame(gpa)) == 0) {
      return false;
    }
    // The processor's own writes, to paging structures, can't go by sub-pages.
    boolean whole = (qualification & EptViolation.FINAL_ACCESS) == 0;
    for (SubPageLog log : logs.values()) {
      if (whole) {
        log.wroteAll(frame(gpa));
      } else {
        log.wrote(gpa);
      }
    }
    protect(frame(gpa));
    hypervisor.count(Event.HYPERCALL_ENABLE_LOGGING, 1);
    return true;
  }

  /** Makes the processor protect what of the frame is armed, and no more. */
  private void protect(int frame) {
    long gpa = (long) frame << 12;
    int armed = armed(frame);
    if (armed == 0) {
      hypervisor.changeEptEntry(gpa, SppControls.EPT_SUB_PAGES, SppControls.EPT_WRITE);
    } else {
      table.set(gpa, ~armed);
      hypervisor.changeEptEntry(gpa, SppControls.EPT_WRITE, SppControls.EPT_SUB_PAGES);
    }
  }

  private int armed(int frame) {
    int armed = 0;
    for (SubPageLog log : logs.values()) {
      armed |= log.armed(frame);
    }
    return armed;
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }
}
