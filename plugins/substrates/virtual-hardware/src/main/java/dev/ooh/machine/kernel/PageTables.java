package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.PhysicalMemory;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One process's 4-level page tables, in guest memory. A leaf is an entry of a last table, which
 * maps 4 KiB, or one of level 2 with PS, which maps the 2 MiB of a <i>block</i>. The kernel reads
 * and writes them through its direct map; the processor sets accessed and dirty flags in them.
 *
 * <p>For each leaf of 2 MiB a table is kept aside (Linux's {@code pgtable_trans_huge_deposit}), so
 * that a {@link #split} needs no memory and can't fail.
 */
final class PageTables {
  /** The size of a block: what an entry of level 2 maps. */
  static final long BLOCK = 2L << 20;

  /** The most tables that {@link #set} makes for a leaf of 2 MiB, that kept aside included. */
  static final int TABLES_OF_A_BLOCK = 3;

  private static final long TABLE = GuestPte.PRESENT | GuestPte.WRITABLE | GuestPte.USER;
  private static final long ENTRIES = 512;
  private static final long PAGE = 4096;

  /** Addresses of a process are below 2^47; the tables' upper half stays empty. */
  private static final long ADDRESSES = 1L << 47;

  private static final long NONE = -1;

  /** No leaf table but a leaf of 2 MiB: as if the entry of level 1 were the first absent one. */
  private static final long LARGE = -1;

  private final PhysicalMemory memory;
  private final FrameAllocator frames;
  private final long root;
  private final Deque<Long> keptAside = new ArrayDeque<>();

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

  /**
   * The entry of a page; 0 if there isn't even a table for it. A page within a 2 MiB leaf has one
   * with its own frame and the leaf's flags without PS, as if the leaf were split.
   */
  long get(long gva) {
    long table = findLeafTable(gva);
    if (table >= 0) {
      return memory.read(table + 8L * GuestPte.index(gva, 1));
    }
    return table == LARGE ? GuestPte.ofPageWithin(memory.read(blockEntry(gva)), gva) : 0;
  }

  /** The leaf that maps the page, with PS if it is one of 2 MiB; 0 as {@link #get}. */
  long leaf(long gva) {
    long table = findLeafTable(gva);
    if (table >= 0) {
      return memory.read(table + 8L * GuestPte.index(gva, 1));
    }
    return table == LARGE ? memory.read(blockEntry(gva)) : 0;
  }

  /**
   * Sets the leaf of a page, or with PS in {@code entry} that of its block, which has been {@link
   * #isUntouched} or has such a leaf.
   *
   * @throws IllegalStateException if leaves of the other size are there
   */
  void set(long gva, long entry) {
    if (GuestPte.isLarge(entry)) {
      setLarge(gva, entry);
    } else {
      memory.write(makeLeafTable(gva) + 8L * GuestPte.index(gva, 1), entry);
    }
  }

  /** Makes what {@link #set} needs for the leaf of a page of 4 KiB. */
  void makeTables(long gva) {
    makeLeafTable(gva);
  }

  private void setLarge(long gva, long entry) {
    long at = makeLevel2Table(gva) + 8L * GuestPte.index(gva, 2);
    long there = memory.read(at);
    if (!GuestPte.isPresent(there)) {
      keptAside.push(frames.allocate());
    } else if (!GuestPte.isLarge(there)) {
      if (!isEmpty(GuestPte.frame(there))) {
        throw new IllegalStateException(
            "GVA 0x%x has pages of 4 KiB in its block, wanted none to map 2 MiB".formatted(gva));
      }
      keptAside.push(GuestPte.frame(there));
      forgetLast();
    }
    memory.write(at, entry);
  }

  /** Takes away the leaf that is {@code entry} now, of whichever size. */
  void clear(long gva, long entry) {
    if (GuestPte.isLarge(entry)) {
      memory.write(blockEntry(gva), 0);
      frames.free(keptAside.pop());
    } else {
      set(gva, 0);
    }
  }

  /** Whether nothing of the block is mapped or marked. */
  boolean isUntouched(long gva) {
    long table = findLeafTable(gva);
    return table < LARGE || table >= 0 && isEmpty(table);
  }

  /** Whether there is a leaf of 2 MiB. */
  boolean hasLarge() {
    return !keptAside.isEmpty(); // a table for each
  }

  /**
   * Replaces the block's leaf of 2 MiB by 512 of 4 KiB with the same frames and flags. As nothing
   * is translated otherwise afterwards, no cached translation is wrong (Intel SDM volume 3A,
   * 5.10.2.3); one that is dropped later takes the whole block's with it.
   */
  void split(long gva) {
    long at = blockEntry(gva);
    long entry = memory.read(at);
    long table = keptAside.pop();
    long block = gva & -BLOCK;
    for (int i = 0; i < ENTRIES; i++) {
      memory.write(table + 8L * i, GuestPte.ofPageWithin(entry, block + i * PAGE));
    }
    memory.write(at, GuestPte.of(table, TABLE | GuestPte.ACCESSED));
  }

  /**
   * Calls back for each page of {@code [start, end)} whose entry isn't 0, ascending; the entries
   * are those of {@link #get}. Where a table is absent, all that it would map is skipped at once.
   */
  void forEach(long start, long end, Visitor visitor) {
    forEachLeaf(
        start,
        end,
        (gva, entry) -> {
          if (!GuestPte.isLarge(entry)) {
            visitor.entry(gva, entry);
            return;
          }
          long last = Math.min(end, gva + BLOCK);
          for (long page = Math.max(start & -PAGE, gva); page < last; page += PAGE) {
            visitor.entry(page, GuestPte.ofPageWithin(entry, page));
          }
        });
  }

  /**
   * As {@link #forEach}, once for each leaf. A leaf of 2 MiB may begin before {@code start} and end
   * after {@code end}. The callback may change or split what it is called with.
   */
  void forEachLeaf(long start, long end, Visitor visitor) {
    long last = Math.min(end, ADDRESSES);
    long gva = start & -PAGE;
    while (gva < last) {
      long table = findLeafTable(gva);
      int level = table < LARGE ? (int) -table : 2;
      long next = Math.min(last, (gva | (bytesOfEntry(level) - 1)) + 1);
      if (table < LARGE) {
        gva = next;
        continue;
      }
      if (table == LARGE) {
        visitor.entry(gva & -BLOCK, memory.read(blockEntry(gva)));
        gva = next;
        continue;
      }
      for (; gva < next; gva += PAGE) {
        long entry = memory.read(table + 8L * GuestPte.index(gva, 1));
        if (entry != 0) {
          visitor.entry(gva, entry);
        }
      }
    }
  }

  /** Frees all tables; leaves must be gone. */
  void free() {
    free(root, 4);
    forgetLast();
  }

  private void free(long table, int level) {
    if (level > 1) {
      for (int i = 0; i < ENTRIES; i++) {
        long entry = memory.read(table + 8L * i);
        if (GuestPte.isPresent(entry) && !(level == 2 && GuestPte.isLarge(entry))) {
          free(GuestPte.frame(entry), level - 1);
        }
      }
    }
    frames.free(table);
  }

  private void forgetLast() {
    lastTable = NONE;
    lastSlot = NONE;
  }

  /**
   * The GPA of the leaf table; the negative level of the first absent entry if there is none, which
   * is {@link #LARGE} below a leaf of 2 MiB.
   */
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
      if (level == 2 && GuestPte.isLarge(entry)) {
        return LARGE;
      }
      table = GuestPte.frame(entry);
    }
    lastSlot = slot;
    lastTable = table;
    return table;
  }

  /** The GPA of the entry of level 2 that is a leaf. */
  private long blockEntry(long gva) {
    if (findLeafTable(gva) != LARGE) {
      throw new IllegalStateException(
          "GVA 0x%x is in no page of 2 MiB, wanted one that is".formatted(gva));
    }
    return makeLevel2Table(gva) + 8L * GuestPte.index(gva, 2);
  }

  private long makeLeafTable(long gva) {
    long found = findLeafTable(gva);
    if (found >= 0) {
      return found;
    }
    if (found == LARGE) {
      throw new IllegalStateException(
          "GVA 0x%x is in a page of 2 MiB, wanted it split to set a page of 4 KiB".formatted(gva));
    }
    return makeTable(makeLevel2Table(gva), gva, 2);
  }

  private long makeLevel2Table(long gva) {
    return makeTable(makeTable(root, gva, 4), gva, 3);
  }

  /** The table below the entry of {@code level}; made if there is none. */
  private long makeTable(long table, long gva, int level) {
    long at = table + 8L * GuestPte.index(gva, level);
    long entry = memory.read(at);
    if (!GuestPte.isPresent(entry)) {
      entry = GuestPte.of(newTable(), TABLE);
      memory.write(at, entry);
    }
    return GuestPte.frame(entry);
  }

  private boolean isEmpty(long table) {
    for (int i = 0; i < ENTRIES; i++) {
      if (memory.read(table + 8L * i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** How many bytes of addresses an entry of {@code level} maps. */
  private static long bytesOfEntry(int level) {
    return PAGE << 9 * (level - 1);
  }

  private long newTable() {
    long table = frames.allocate();
    for (int i = 0; i < ENTRIES; i++) {
      memory.write(table + 8L * i, 0);
    }
    return table;
  }

  /** Receives one entry. */
  @FunctionalInterface
  interface Visitor {
    void entry(long gva, long entry);
  }
}
