package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmcsLayout;
import dev.ooh.machine.vmx.VmreadResult;
import dev.ooh.machine.vmx.VmxStatus;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine's processor: what the guest executes in VMX non-root operation, and the few
 * instructions with which root mode controls it. A machine may have {@linkplain Processors
 * several}.
 *
 * <p>Threads: one at a time, whichever holds the machine's baton; handing it over orders memory.
 * Interrupts are delivered at instruction boundaries: before an access that misses the cache, at
 * {@link #poll()} and when interrupts become enabled.
 *
 * <p>What the guest executes throws {@link IllegalStateException} while root mode handles an exit
 * and after the memory was closed, and {@link VmEntryFailure} while the controls are invalid.
 *
 * <p>Without a VMM the processor has EPT off: guest-physical addresses are host-physical ones.
 */
public final class Vcpu {
  private final int number;
  private final HostMemory memory;
  private final EventCounters counters;
  private final Vmcs vmcs;
  private final CachedMappings mappings;
  private final GuestState state = new GuestState();
  private final Transitions transitions;
  private final DirectMap directMap;
  private final Interrupts interrupts;
  private final ExtensionPort extensions;
  private final LinearMemory linear;
  private final VirtualAccess access;
  private final VmxInstructions vmx;

  /** It may have logged or cached something since root mode last had it exit. */
  private boolean executed;

  /**
   * A processor whose memory is {@code memory} and which counts in {@code counters}.
   *
   * @param number among the machine's processors, from 0 on
   */
  Vcpu(int number, HostMemory memory, EventCounters counters) {
    this.number = number;
    this.memory = memory;
    this.counters = counters;
    this.mappings = new CachedMappings(number);
    this.vmcs = Vmcs.allocate(memory, new VmcsLayout(), false);
    ExecutionControls controls = new ExecutionControls(memory, vmcs, mappings);
    EptWalker ept = new EptWalker(memory, vmcs, controls, counters, mappings.physical());
    InjectedInterrupts injected = new InjectedInterrupts();
    this.transitions = new Transitions(vmcs, controls, counters, mappings, injected);
    this.directMap = new DirectMap(ept, transitions);
    this.interrupts =
        new Interrupts(memory, vmcs, controls, counters, transitions, state, mappings, injected);
    this.extensions =
        new ExtensionPort(memory, vmcs, controls, counters, mappings, directMap, ept, interrupts);
    GuestWalker walker = new GuestWalker(ept, controls, extensions);
    this.linear =
        new LinearMemory(walker, ept, transitions, interrupts, state, mappings, vmcs, counters);
    this.access = new VirtualAccess(linear, mappings);
    this.vmx = new VmxInstructions(vmcs, controls, transitions, state, extensions);
    mappings.whenDropped(extensions::eptInvalidated);
    ept.setReadOnlyPages(extensions::writesReadOnlyPage);
    memory.beforeClose(this::close);
  }

  /** Its number among the machine's processors, from 0 on. */
  public int number() {
    return number;
  }

  /** The host-physical memory. */
  public HostMemory memory() {
    return memory;
  }

  /** The guest kernel's accesses to guest-physical memory. */
  public DirectMap directMap() {
    return directMap;
  }

  /** The registers through which guest and VMM talk. */
  public GuestRegisters registers() {
    return state.registers();
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

  /** INVEPT on this processor; see {@link Processors#invept}. */
  void invept() {
    counters.count(Event.INVEPT);
    mappings.dropAll();
  }

  /**
   * Attaches a CPU extension; its fields become part of the VMCS.
   *
   * @throws IllegalArgumentException if one of that name is attached
   */
  public void addExtension(CpuExtension extension) {
    extensions.attach(extension);
  }

  /** Detaches a CPU extension; its fields stay, without an effect. */
  public void removeExtension(CpuExtension extension) {
    extensions.detach(extension);
  }

  /** Root mode takes the physical CPU away, at an instruction boundary: the guest can't execute. */
  public void suspend() {
    transitions.suspend();
  }

  /** Undoes {@link #suspend}. */
  public void resume() {
    transitions.resume();
  }

  /** It executes from now on, and no other one of the machine does. */
  void goesOn() {
    executed = true;
    mappings.show();
  }

  /**
   * Root mode interrupts it while another one executes.
   *
   * @return false if it hasn't executed since the last time, and so has nothing to tell
   */
  boolean interrupt() {
    boolean running = executed;
    executed = false;
    if (running) {
      externalInterrupt();
    }
    return running;
  }

  /** Counts the exit by which root mode took the physical CPU away. */
  public void externalInterrupt() {
    transitions.record(new VmExit(ExitReason.EXTERNAL_INTERRUPT, 0, 0, 0));
  }

  /**
   * The guest goes on on another physical CPU. What the one before has cached stays there, so the
   * VMM gives the guest a new VPID, and nothing is cached for it.
   */
  public void newProcessor() {
    mappings.dropAll();
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
    return linear.translate(gva, 1, false);
  }

  /**
   * Translates for a write of {@code bytes} within the page, as {@link #translateForRead}; every
   * dirty flag is set by then.
   *
   * @return the native address of the byte at {@code gva}, good for the bytes until the guest's
   *     next step
   */
  public long translateForWrite(long gva, int bytes) {
    return linear.translate(gva, bytes, true);
  }

  /**
   * Reads {@code bytes} at {@code gva}, little-endian, which may cross into the next page.
   *
   * @param bytes 1 to 8
   * @throws GuestException when {@code gva} is not canonical
   */
  public long readVirtual(long gva, int bytes) {
    return access.read(gva, bytes);
  }

  /** Writes as {@link #readVirtual} reads: all of the {@code bytes} or none. */
  public void writeVirtual(long gva, int bytes, long value) {
    access.write(gva, bytes, value);
  }

  /**
   * MOV to CR3: another address space, whose cached translations start empty.
   *
   * @param root the GPA of the root table
   * @throws IllegalArgumentException if {@code root} isn't 4 KiB-aligned and below 2^46
   */
  public void loadCr3(long root, TranslationCache cache) {
    linear.loadCr3(root, cache);
  }

  /** CR3: the GPA of the root table. */
  public long cr3() {
    return linear.cr3();
  }

  /** INVLPG in the current address space. */
  public void invlpg(long gva) {
    invlpg(mappings.linear(), gva);
  }

  /**
   * Invalidates what this processor has cached of the page of {@code gva} in an address space,
   * loaded or not: what a kernel does to a process other than the current one.
   */
  public void invlpg(TranslationCache cache, long gva) {
    counters.count(Event.INVLPG);
    mappings.invalidate(cache, gva);
  }

  // ---- the guest's other instructions -----------------------------------------------------------

  /** VMREAD by the guest: of the shadow VMCS, or an exit. */
  public VmreadResult vmread(VmcsField field) {
    return vmread(field.encoding());
  }

  /** VMREAD by the guest, by encoding. */
  public VmreadResult vmread(long encoding) {
    return vmx.vmread(encoding);
  }

  /** VMWRITE by the guest: to the shadow VMCS, or an exit. */
  public VmxStatus vmwrite(VmcsField field, long value) {
    return vmwrite(field.encoding(), value);
  }

  /** VMWRITE by the guest, by encoding. */
  public VmxStatus vmwrite(long encoding, long value) {
    return vmx.vmwrite(encoding, value);
  }

  /** VMCALL: exits with the arguments in RAX, RBX, RCX and RDX; returns RAX. */
  public long vmcall(long number, long first, long second, long third) {
    return vmx.vmcall(number, first, second, third);
  }

  /** Sets who handles the guest's page faults. */
  public void setFaultHandler(PageFaultHandler handler) {
    linear.setFaultHandler(handler);
  }

  /** Sets the guest's handler of interrupt {@code vector}, 16 to 255; null removes it. */
  public void setInterruptHandler(int vector, @Nullable Runnable handler) {
    interrupts.setHandler(vector, handler);
  }

  /**
   * The VMM or a device interrupts the guest at its next instruction boundary with interrupts
   * enabled.
   *
   * @param vector 16 to 255
   */
  public void requestInterrupt(int vector) {
    interrupts.request(vector);
  }

  /**
   * The guest sends an interrupt to itself; without virtual-interrupt delivery that exits.
   *
   * @param vector 0 to 255
   */
  public void selfIpi(int vector) {
    interrupts.selfIpi(vector);
  }

  /** An instruction boundary: delivers pending interrupts, if they are enabled. */
  public void poll() {
    transitions.beginInstruction();
    interrupts.deliverPending();
  }

  /** Disables interrupts; nests. */
  public void disableInterrupts() {
    state.disableInterrupts();
  }

  /**
   * Undoes one {@link #disableInterrupts}; the last one delivers what is pending.
   *
   * @throws IllegalStateException if interrupts are enabled
   */
  public void enableInterrupts() {
    state.enableInterrupts();
    interrupts.deliverPending();
  }

  /** The CPL: 0 is the kernel, 3 a program. */
  public int privilegeLevel() {
    return state.privilegeLevel();
  }

  /** Saves the thread's part of the state, for a switch of threads. */
  public ThreadState saveThreadState() {
    return state.save();
  }

  /** Loads what {@link #saveThreadState} saved. */
  public void loadThreadState(ThreadState saved) {
    state.load(saved);
  }

  private void close() {
    transitions.close();
    mappings.flush();
  }
}
