package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.paging.GuestPte;

/**
 * One process's 4-level page tables, in guest memory, with 4 KiB leaves. The kernel reads and
 * writes them through its direct map; the processor sets accessed and dirty flags in them.
 */
final class PageTables {
  private static final long TABLE = GuestPte.PRESENT | GuestPte.WRITABLE | GuestPte.USER;
  private static final long ENTRIES = 512;
  private static final long NONE = -1;

  private final Vcpu vcpu;
  private final FrameAllocator frames;
  private final long root;

  /** The leaf table found last, and which 2 MiB it serves. */
  private long lastTable = NONE;

  private long lastSlot = NONE;

  PageTables(Vcpu vcpu, FrameAllocator frames) {
    this.vcpu = vcpu;
    this.frames = frames;
    this.root = newTable();
  }

  /** The GPA of the root, for CR3. */
  long root() {
    return root;
  }

  /** The entry of a page; 0 if there isn't even a table for it. */
  long get(long gva) {
    long table = leafTable(gva, false);
    return table == NONE ? 0 : vcpu.directMap().read(table + 8L * GuestPte.index(gva, 1));
  }

  void set(long gva, long entry) {
    long table = leafTable(gva, true);
    vcpu.directMap().write(table + 8L * GuestPte.index(gva, 1), entry);
  }

  /** Calls back for each entry of {@code [start, end)} that isn't 0, ascending. */
  void forEach(long start, long end, Visitor visitor) {
    long gva = start & -4096L;
    while (gva < end) {
      long table = leafTable(gva, false);
      long next = Math.min(end, (gva & -(2L << 20)) + (2L << 20));
      if (table == NONE) {
        gva = next;
        continue;
      }
      for (; gva < next; gva += 4096) {
        long entry = vcpu.directMap().read(table + 8L * GuestPte.index(gva, 1));
        if (entry != 0) {
          visitor.entry(gva, entry);
        }
      }
    }
  }

  /** Frees all tables; leaf entries must be gone. */
  void free() {
    free(root, 4);
    lastTable = NONE;
    lastSlot = NONE;
  }

  private void free(long table, int level) {
    if (level > 1) {
      for (int i = 0; i < ENTRIES; i++) {
        long entry = vcpu.directMap().read(table + 8L * i);
        if (GuestPte.isPresent(entry)) {
          free(GuestPte.frame(entry), level - 1);
        }
      }
    }
    frames.free(table);
  }

  private long leafTable(long gva, boolean create) {
    long slot = gva >>> 21;
    if (slot == lastSlot) {
      return lastTable;
    }
    long table = root;
    for (int level = 4; level > 1; level--) {
      long at = table + 8L * GuestPte.index(gva, level);
      long entry = vcpu.directMap().read(at);
      if (!GuestPte.isPresent(entry)) {
        if (!create) {
          return NONE;
        }
        entry = GuestPte.of(newTable(), TABLE);
        vcpu.directMap().write(at, entry);
      }
      table = GuestPte.frame(entry);
    }
    lastSlot = slot;
    lastTable = table;
    return table;
  }

  private long newTable() {
    long table = frames.allocate();
    for (int i = 0; i < ENTRIES; i++) {
      vcpu.directMap().write(table + 8L * i, 0);
    }
    return table;
  }

  /** Receives one leaf entry. */
  @FunctionalInterface
  interface Visitor {
    void entry(long gva, long entry);
  }
}
