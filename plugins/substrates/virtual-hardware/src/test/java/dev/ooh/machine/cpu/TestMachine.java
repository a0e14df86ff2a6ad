package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.Eptp;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsBitmap;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A processor with guest-physical memory behind an EPT, a root table and a minimal VMM that records
 * exits. Tests look at memory from outside, past every flag.
 */
final class TestMachine implements AutoCloseable {
  static final long USER_PAGE = GuestPte.PRESENT | GuestPte.WRITABLE | GuestPte.USER;
  static final long GUEST_BYTES = 8L << 20;

  /** 2 MiB of guest-physical memory behind one 2 MiB EPT leaf. */
  static final long LARGE_GPA = 16L << 20;

  final HostMemory memory = new HostMemory(64L << 20, true);
  final EventCounters counters = new EventCounters();
  final Vcpu cpu = new Vcpu(0, memory, counters);
  final Vmcs vmcs = cpu.vmcs();
  final List<VmExit> exits = new ArrayList<>();
  final long eptRoot = memory.allocateFrame();
  final long pmlPage = memory.allocateFrame();
  final TranslationCache cache = new TranslationCache();
  final long root;
  Consumer<VmExit> vmm =
      exit -> {
        throw new AssertionError("unexpected " + exit);
      };
  PageFaultHandler kernel =
      (gva, code) -> {
        throw new AssertionError("unexpected page fault at 0x%x, code %d".formatted(gva, code));
      };
  private long nextGuestFrame;

  TestMachine(boolean accessedDirty) {
    // Downwards, so that GPA and HPA differ and neighbours in one aren't in the other.
    for (long gpa = GUEST_BYTES - 4096; gpa >= 0; gpa -= 4096) {
      setEpt(gpa, 1, EptEntry.page(memory.allocateFrame(), EptEntry.ALL_RIGHTS));
    }
    setEpt(LARGE_GPA, 2, EptEntry.largePage(memory.allocateLargeFrame(), EptEntry.ALL_RIGHTS));
    vmcs.write(VmcsField.EPT_POINTER, Eptp.of(eptRoot, accessedDirty));
    vmcs.write(VmcsField.PRIMARY_CONTROLS, Controls.ACTIVATE_SECONDARY);
    vmcs.write(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_EPT);
    cpu.setRootMode(
        exit -> {
          exits.add(exit);
          vmm.accept(exit);
        });
    cpu.setFaultHandler((gva, code) -> kernel.handle(gva, code));
    root = guestFrame();
    cpu.loadCr3(root, cache);
    cpu.loadThreadState(ThreadState.USER);
  }

  /** A fresh frame of guest-physical memory. */
  long guestFrame() {
    nextGuestFrame += 4096;
    return nextGuestFrame;
  }

  /** Enables PML with the index at {@code index}. */
  void enablePml(int index) {
    vmcs.write(VmcsField.PML_ADDRESS, pmlPage);
    vmcs.write(VmcsField.PML_INDEX, index);
    vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, true);
  }

  /** Enables VMCS shadowing, with bitmaps that let {@code fields} through. */
  Vmcs enableShadowing(VmcsField... fields) {
    Vmcs shadow = Vmcs.allocate(memory, vmcs.layout(), true);
    VmcsBitmap reads = VmcsBitmap.allocate(memory);
    VmcsBitmap writes = VmcsBitmap.allocate(memory);
    for (VmcsField field : fields) {
      reads.allow(field, true);
      writes.allow(field, true);
    }
    vmcs.write(VmcsField.VMREAD_BITMAP, reads.address());
    vmcs.write(VmcsField.VMWRITE_BITMAP, writes.address());
    vmcs.write(VmcsField.VMCS_LINK_POINTER, shadow.address());
    vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING, true);
    return shadow;
  }

  void enableInterruptDelivery() {
    vmcs.write(VmcsField.VIRTUAL_APIC_ADDRESS, memory.allocateFrame());
    vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.VIRTUAL_INTERRUPT_DELIVERY, true);
  }

  /** The logged GPAs, oldest first. */
  List<Long> logged() {
    int index = (int) vmcs.read(VmcsField.PML_INDEX);
    int next = index > 511 ? -1 : index;
    List<Long> gpas = new ArrayList<>();
    for (int i = 511; i > next; i--) {
      gpas.add(memory.readLong(pmlPage + i * 8L));
    }
    return gpas;
  }

  int pmlIndex() {
    return (int) vmcs.read(VmcsField.PML_INDEX);
  }

  // ---- EPT ------------------------------------------------------------------------------------

  long ept(long gpa, int level) {
    return memory.readLong(eptAddress(gpa, level));
  }

  void setEpt(long gpa, int level, long entry) {
    memory.writeLong(eptAddress(gpa, level), entry);
  }

  void clearEpt(long gpa, int level, long bits) {
    setEpt(gpa, level, ept(gpa, level) & ~bits);
  }

  private long eptAddress(long gpa, int level) {
    long table = eptRoot;
    for (int l = 4; l > level; l--) {
      long at = table + EptEntry.index(gpa, l) * 8L;
      if (!EptEntry.isPresent(memory.readLong(at))) {
        memory.writeLong(at, EptEntry.table(memory.allocateFrame()));
      }
      table = EptEntry.frame(memory.readLong(at));
    }
    return table + EptEntry.index(gpa, level) * 8L;
  }

  /** The HPA of {@code gpa}. */
  long hpa(long gpa) {
    long second = ept(gpa, 2);
    return EptEntry.isLarge(second)
        ? (second & EptEntry.LARGE_FRAME_MASK) + (gpa & 0x1F_FFFF)
        : EptEntry.frame(ept(gpa, 1)) + (gpa & 0xFFF);
  }

  // ---- guest page tables ------------------------------------------------------------------------

  /** Maps the page of {@code gva} to a fresh frame, whose GPA it returns. */
  long map(long gva) {
    long gpa = guestFrame();
    setPte(gva, 1, GuestPte.of(gpa, USER_PAGE));
    return gpa;
  }

  /** The GPA of the entry of {@code level} for {@code gva}; makes the tables above it. */
  long pteAddress(long gva, int level) {
    long table = root;
    for (int l = 4; l > level; l--) {
      long at = table + GuestPte.index(gva, l) * 8L;
      if (!GuestPte.isPresent(peek(at))) {
        poke(at, GuestPte.of(guestFrame(), USER_PAGE));
      }
      table = GuestPte.frame(peek(at));
    }
    return table + GuestPte.index(gva, level) * 8L;
  }

  long pte(long gva, int level) {
    return peek(pteAddress(gva, level));
  }

  void setPte(long gva, int level, long entry) {
    poke(pteAddress(gva, level), entry);
  }

  void clearPte(long gva, int level, long bits) {
    setPte(gva, level, pte(gva, level) & ~bits);
  }

  /** Reads guest-physical memory from outside. */
  long peek(long gpa) {
    return memory.readLong(hpa(gpa));
  }

  /** Writes guest-physical memory from outside. */
  void poke(long gpa, long value) {
    memory.writeLong(hpa(gpa), value);
  }

  // ---- the guest's program ----------------------------------------------------------------------

  /** A load as a program's memory does it: the cache first. */
  long load(long gva) {
    long at = cache.readable(gva, 8);
    return at != 0 ? HostMemory.EVERYTHING.get(HostMemory.LONG, at) : cpu.readVirtual(gva, 8);
  }

  /** A store likewise. */
  void store(long gva, long value) {
    long at = cache.writable(gva, 8);
    if (at != 0) {
      HostMemory.EVERYTHING.set(HostMemory.LONG, at, value);
    } else {
      cpu.writeVirtual(gva, 8, value);
    }
  }

  long count(Event event) {
    return counters.get(event);
  }

  @Override
  public void close() {
    memory.close();
  }
}
