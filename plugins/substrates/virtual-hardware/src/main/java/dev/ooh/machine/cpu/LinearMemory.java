package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;

/**
 * Memory as the guest reaches it by linear address: walks, exits and faults until an access is
 * allowed.
 */
final class LinearMemory {
  private final GuestWalker walker;
  private final EptWalker ept;
  private final Transitions transitions;
  private final Interrupts interrupts;
  private final GuestState state;
  private final CachedMappings mappings;
  private final Vmcs vmcs;
  private final EventCounters counters;
  private PageFaultHandler faultHandler =
      (gva, code) -> {
        throw new IllegalStateException("page fault at 0x%x without a handler".formatted(gva));
      };
  private long cr3;

  LinearMemory(
      GuestWalker walker,
      EptWalker ept,
      Transitions transitions,
      Interrupts interrupts,
      GuestState state,
      CachedMappings mappings,
      Vmcs vmcs,
      EventCounters counters) {
    this.walker = walker;
    this.ept = ept;
    this.transitions = transitions;
    this.interrupts = interrupts;
    this.state = state;
    this.mappings = mappings;
    this.vmcs = vmcs;
    this.counters = counters;
  }

  void setFaultHandler(PageFaultHandler handler) {
    faultHandler = handler;
  }

  long cr3() {
    return cr3;
  }

  void loadCr3(long root, TranslationCache cache) {
    if ((root & ~GuestPte.FRAME_MASK) != 0) {
      throw new IllegalArgumentException(
          "CR3 is 0x%x, wanted a GPA below 2^46 that is a multiple of 4096".formatted(root));
    }
    counters.count(Event.CR3_LOAD);
    mappings.load(cache);
    cr3 = root;
    vmcs.write(VmcsField.GUEST_CR3, root);
  }

  /** The native address of {@code bytes} at {@code gva}, good until the guest's next step. */
  long translate(long gva, int bytes, boolean write) {
    counters.count(Event.TLB_MISS);
    for (int attempt = 0; attempt < Transitions.MAX_ATTEMPTS; attempt++) {
      transitions.beginInstruction();
      interrupts.deliverPending();
      boolean user = state.privilegeLevel() == 3;
      long outcome = walker.translate(cr3, mappings.linear(), gva, bytes, write, user);
      if (outcome >= 0) {
        return outcome;
      }
      if (outcome == GuestWalker.PAGE_FAULT) {
        pageFault(gva, walker.errorCode());
      } else if (outcome == GuestWalker.EXIT) {
        transitions.exit(ept.exit());
      }
    }
    throw Transitions.noProgress("GVA", gva);
  }

  private void pageFault(long gva, int errorCode) {
    counters.count(Event.GUEST_PAGE_FAULT);
    mappings.mayBeStale();
    state.runInSupervisorMode(() -> faultHandler.handle(gva, errorCode));
  }
}
