package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.PhysicalMemory;
import dev.ooh.machine.paging.GuestPte;

/**
 * One process's 4-level page tables, in guest memory, with 4 KiB leaves. The kernel reads and
 * writes them through its direct map; the processor sets accessed and dirty flags in them.
 */
final class PageTables {
  private static final long TABLE = GuestPte.PRESENT | GuestPte.WRITABLE | GuestPte.USER;
  private static final long ENTRIES = 512;

  /** Addresses of a process are below 2^47; the tables' upper half stays empty. */
  private static final long ADDRESSES = 1L << 47;

  private static final long NONE = -1;

  private final PhysicalMemory memory;
  private final FrameAllocator frames;
  private final long root;

  /** The leaf table found last, and which 2 MiB it serves. */
  private long lastTable = NONE;

  private long lastSlot = NONE;

  PageTables(PhysicalMemory memory, FrameAllocator frames) {
    this.memory = memory;
    this.frames = frames;
    this.root = newTable();
  }

  /** The GPA of the root, for CR3. */
  long root() {
    return root;
  }

  /** The entry of a page; 0 if there isn't even a table for it. */
  long get(long gva) {
    long table = findLeafTable(gva);
    return table < 0 ? 0 : memory.read(table + 8L * GuestPte.index(gva, 1));
  }

  void set(long gva, long entry) {
    long table = makeLeafTable(gva);
    memory.write(table + 8L * GuestPte.index(gva, 1), entry);
  }

  /**
   * Calls back for each entry of {@code [start, end)} that isn't 0, ascending. Where a table is
   * absent, all that it would map is skipped at once.
   */
  void forEach(long start, long end, Visitor visitor) {
    long last = Math.min(end, ADDRESSES);
    long gva = start & -4096L;
    while (gva < last) {
      long table = findLeafTable(gva);
      int level = table < 0 ? (int) -table : 2;
      long next = Math.min(last, (gva | (bytesOfEntry(level) - 1)) + 1);
      if (table < 0) {
        gva = next;
        continue;
      }
      for (; gva < next; gva += 4096) {
        long entry = memory.read(table + 8L * GuestPte.index(gva, 1));
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
        long entry = memory.read(table + 8L * i);
        if (GuestPte.isPresent(entry)) {
          free(GuestPte.frame(entry), level - 1);
        }
      }
    }
    frames.free(table);
  }

  /** The GPA of the leaf table; the negative level of the first absent entry if there is none. */
  private long findLeafTable(long gva) {
    long slot = gva >>> 21;
    if (slot == lastSlot) {
      return lastTable;
    }
    long table = root;
    for (int level = 4; level > 1; level--) {
      long entry = memory.read(table + 8L * GuestPte.index(gva, level));
      if (!GuestPte.isPresent(entry)) {
        return -level;
      }
      table = GuestPte.frame(entry);
    }
    lastSlot = slot;
    lastTable = table;
    return table;
  }

  private long makeLeafTable(long gva) {
    long found = findLeafTable(gva);
    if (found >= 0) {
      return found;
    }
    long table = root;
    for (int level = 4; level > 1; level--) {
      long at = table + 8L * GuestPte.index(gva, level);
      long entry = memory.read(at);
      if (!GuestPte.isPresent(entry)) {
        entry = GuestPte.of(newTable(), TABLE);
        memory.write(at, entry);
      }
      table = GuestPte.frame(entry);
    }
    return table;
  }

  /** How many bytes of addresses an entry of {@code level} maps. */
  private static long bytesOfEntry(int level) {
    return 4096L << 9 * (level - 1);
  }

  private long newTable() {
    long table = frames.allocate();
    for (int i = 0; i < ENTRIES; i++) {
      memory.write(table + 8L * i, 0);
    }
    return table;
  }

  /** Receives one leaf entry. */
  @FunctionalInterface
  interface Visitor {
    void entry(long gva, long entry);
  }
}
