package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmcsLayout;
import dev.ooh.machine.vmx.VmreadResult;
import dev.ooh.machine.vmx.VmxStatus;
import org.jspecify.annotations.Nullable;

/**
 * The virtual machine's one processor: what the guest executes in VMX non-root operation, and the
 * few instructions with which root mode controls it.
 *
 * <p>Threads: one at a time, whichever holds the machine's baton; handing over orders memory.
 * Interrupts are delivered at instruction boundaries: before an access that misses the cache, at
 * {@link #poll()} and when interrupts become enabled.
 *
 * <p>Without a VMM the processor has EPT off: guest-physical addresses are host-physical ones.
 */
public final class Vcpu {
  // Far above any number of exits and faults that one access needs (four levels, each with a
  // violation at four levels below, and log-full exits), low enough to stop a handler that spins.
  static final int MAX_ATTEMPTS = 10_000;

  private final HostMemory memory;
  private final EventCounters counters;
  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EptWalker ept;
  private final GuestWalker walker;
  private final ExtensionPort extensions;
  private final Interrupts interrupts;
  private final Transitions transitions;
  private final VmxInstructions vmx;
  private final GuestRegisters registers = new GuestRegisters();
  private final TranslationCache physical;
  private final DirectMap directMap;

  private PageFaultHandler faultHandler =
      (gva, code) -> {
        throw new IllegalStateException("page fault at 0x%x without a handler".formatted(gva));
      };
  private TranslationCache translations = new TranslationCache();
  private long cr3;
  private int privilegeLevel;
  private boolean closed;
  private long invalidations;

  /** A processor whose memory is {@code memory} and which counts in {@code counters}. */
  public Vcpu(HostMemory memory, EventCounters counters) {
    this.memory = memory;
    this.counters = counters;
    this.vmcs = Vmcs.allocate(memory, new VmcsLayout(), false);
    this.controls = new ExecutionControls(memory, vmcs);
    this.ept = new EptWalker(memory, vmcs, controls, counters);
    this.physical = ept.cache();
    this.directMap = new DirectMap(this, ept);
    this.extensions = new ExtensionPort(this);
    this.walker = new GuestWalker(ept, controls, extensions);
    this.interrupts = new Interrupts(this, controls);
    this.transitions = new Transitions(this, interrupts);
    this.vmx = new VmxInstructions(this, controls, extensions);
    memory.beforeClose(this::disable);
  }

  /** The host-physical memory. */
  public HostMemory memory() {
    return memory;
  }

  /** Where the processor counts. */
  public EventCounters counters() {
    return counters;
  }

  /** The guest kernel's accesses to guest-physical memory. */
  public DirectMap directMap() {
    return directMap;
  }

  /** The registers through which guest and VMM talk. */
  public GuestRegisters registers() {
    return registers;
  }

  // ---- root mode -------------------------------------------------------------------------------

  /** The current VMCS, which root mode reads and writes. */
  public Vmcs vmcs() {
    return vmcs;
  }

  /** Sets who handles VM exits. */
  public void setRootMode(RootMode handler) {
    transitions.setHandler(handler);
  }

  /**
   * INVEPT, all-context: drops every cached mapping. Needed after the EPT lost rights, changed a
   * frame, or had accessed or dirty flags cleared; not after it gained rights.
   */
  public void invept() {
    counters.count(Event.INVEPT);
    dropAllMappings();
  }

  /** Attaches a CPU extension; its fields become part of the VMCS. */
  public void addExtension(CpuExtension extension) {
    extensions.attach(extension);
  }

  /** Detaches a CPU extension; its fields stay, without an effect. */
  public void removeExtension(CpuExtension extension) {
    extensions.detach(extension);
  }

  /** Whether root mode is executing: the guest must not. */
  public boolean inRootMode() {
    return transitions.inRootMode();
  }

  // ---- the guest's accesses to memory -----------------------------------------------------------

  /**
   * Translates for a read by the guest at its current privilege level: the slow path of an access
   * that {@link TranslationCache#readable} doesn't have. Walks, exits and faults until the access
   * is allowed.
   *
   * @return the native address of the byte at {@code gva}, good to the end of its 4 KiB page until
   *     the guest's next step
   * @throws GuestException when {@code gva} is not canonical
   */
  public long translateForRead(long gva) {
    return translate(gva, false);
  }

  /** Translates for a write, as {@link #translateForRead}; every dirty flag is set by then. */
  public long translateForWrite(long gva) {
    return translate(gva, true);
  }

  /**
   * Reads {@code bytes} at {@code gva}, little-endian, which may cross into the next page.
   *
   * @param bytes 1 to 8
   */
  public long readVirtual(long gva, int bytes) {
    return VirtualAccess.read(this, gva, bytes);
  }

  /** Writes as {@link #readVirtual} reads: all of the {@code bytes} or none. */
  public void writeVirtual(long gva, int bytes, long value) {
    VirtualAccess.write(this, gva, bytes, value);
  }

  private long translate(long gva, boolean write) {
    counters.count(Event.TLB_MISS);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      beginInstruction();
      interrupts.deliverPending();
      boolean user = privilegeLevel == 3;
      long outcome = walker.translate(cr3, translations, gva, write, user);
      if (outcome >= 0) {
        return outcome;
      }
      if (outcome == GuestWalker.PAGE_FAULT) {
        pageFault(gva, walker.errorCode());
      } else if (outcome == GuestWalker.EXIT) {
        exit(ept.exit());
      }
    }
    throw noProgress("GVA", gva);
  }

  private void pageFault(long gva, int errorCode) {
    counters.count(Event.GUEST_PAGE_FAULT);
    invalidated();
    int level = privilegeLevel;
    privilegeLevel = 0;
    try {
      faultHandler.handle(gva, errorCode);
    } finally {
      privilegeLevel = level;
    }
  }

  /** MOV to CR3: another address space, whose cached translations start empty. */
  public void loadCr3(long root, TranslationCache cache) {
    if ((root & ~GuestPte.FRAME_MASK) != 0) {
      throw new IllegalArgumentException(
          "CR3 0x%x: must be a 4 KiB-aligned GPA below 2^46".formatted(root));
    }
    counters.count(Event.CR3_LOAD);
    invalidations++;
    translations.flush();
    cache.flush();
    translations = cache;
    cr3 = root;
    vmcs.write(VmcsField.GUEST_CR3, root);
  }

  /** CR3: the GPA of the root table. */
  public long cr3() {
    return cr3;
  }

  /** INVLPG in the current address space. */
  public void invlpg(long gva) {
    invlpg(translations, gva);
  }

  /**
   * Invalidates the page of {@code gva} in an address space, loaded or not: what a kernel does to a
   * process other than the current one.
   */
  public void invlpg(TranslationCache cache, long gva) {
    counters.count(Event.INVLPG);
    invalidations++;
    cache.invalidate(gva);
  }

  // ---- the guest's other instructions -----------------------------------------------------------

  /** VMREAD by the guest: of the shadow VMCS, or an exit. */
  public VmreadResult vmread(VmcsField field) {
    return vmread(field.encoding());
  }

  /** VMREAD by the guest, by encoding. */
  public VmreadResult vmread(long encoding) {
    checkGuestRuns();
    return vmx.vmread(encoding);
  }

  /** VMWRITE by the guest: to the shadow VMCS, or an exit. */
  public VmxStatus vmwrite(VmcsField field, long value) {
    return vmwrite(field.encoding(), value);
  }

  /** VMWRITE by the guest, by encoding. */
  public VmxStatus vmwrite(long encoding, long value) {
    checkGuestRuns();
    return vmx.vmwrite(encoding, value);
  }

  /** VMCALL: exits with the arguments in RAX, RBX, RCX and RDX; returns RAX. */
  public long vmcall(long number, long first, long second, long third) {
    checkGuestRuns();
    return vmx.vmcall(number, first, second, third);
  }

  /** Sets who handles the guest's page faults. */
  public void setFaultHandler(PageFaultHandler handler) {
    faultHandler = handler;
  }

  /** Sets the guest's handler of interrupt {@code vector}, 16 to 255; null removes it. */
  public void setInterruptHandler(int vector, @Nullable Runnable handler) {
    interrupts.setHandler(vector, handler);
  }

  /**
   * From the VMM or a device: interrupts the guest at its next boundary with interrupts enabled.
   */
  public void requestInterrupt(int vector) {
    interrupts.request(vector);
  }

  /** The guest sends an interrupt to itself; without virtual-interrupt delivery that exits. */
  public void selfIpi(int vector) {
    checkGuestRuns();
    interrupts.selfIpi(vector);
  }

  /** An instruction boundary: delivers pending interrupts, if they are enabled. */
  public void poll() {
    beginInstruction();
    interrupts.deliverPending();
  }

  /** Disables interrupts; nests. */
  public void disableInterrupts() {
    interrupts.disable();
  }

  /** Undoes one {@link #disableInterrupts}; the last one delivers what is pending. */
  public void enableInterrupts() {
    interrupts.enable();
  }

  /** The CPL: 0 is the kernel, 3 a program. */
  public int privilegeLevel() {
    return privilegeLevel;
  }

  /** Saves the thread's part of the state, for a switch of threads. */
  public ThreadState saveThreadState() {
    return new ThreadState(privilegeLevel, interrupts.disabled());
  }

  /** Loads what {@link #saveThreadState} saved. */
  public void loadThreadState(ThreadState state) {
    privilegeLevel = state.privilegeLevel();
    interrupts.setDisabled(state.interruptsDisabled());
  }

  // ---- for the parts of the processor -----------------------------------------------------------

  ExecutionControls controls() {
    return controls;
  }

  /** Changes whenever an address that a translation yielded may have become stale. */
  long invalidations() {
    return invalidations;
  }

  /** The HPA of {@code gpa}, whose translation was cached just now. */
  long hostPhysical(long gpa) {
    return ept.hostPhysical(gpa);
  }

  void refreshControls() {
    if (controls.refresh()) {
      dropAllMappings();
    }
  }

  /** Runs an interrupt handler: supervisor mode, interrupts disabled. */
  void runInKernel(Runnable handler) {
    ThreadState state = saveThreadState();
    loadThreadState(new ThreadState(0, state.interruptsDisabled() + 1));
    invalidations++;
    try {
      handler.run();
    } finally {
      loadThreadState(state);
    }
  }

  /** VM exit and VM entry. */
  void exit(VmExit exit) {
    transitions.exit(exit);
  }

  /** What translations yielded so far may be stale from here on. */
  void invalidated() {
    invalidations++;
  }

  private void dropAllMappings() {
    invalidations++;
    physical.flush();
    translations.flush();
    extensions.eptInvalidated();
  }

  void beginInstruction() {
    checkGuestRuns();
    refreshControls();
  }

  private void checkGuestRuns() {
    if (transitions.inRootMode()) {
      throw new IllegalStateException("the guest can't execute: root mode handles an exit");
    }
    if (closed) {
      throw new IllegalStateException("the guest can't execute: its memory is closed");
    }
  }

  private void disable() {
    closed = true;
    physical.flush();
    translations.flush();
  }

  static IllegalStateException noProgress(String space, long address) {
    return new IllegalStateException(
        "%s 0x%x: %d exits and faults, and still no access"
            .formatted(space, address, MAX_ATTEMPTS));
  }
}
