package dev.ooh.machine.hypervisor;

import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.Eptp;
import java.util.function.LongConsumer;

/**
 * One machine's 4-level EPT, in host memory. Changes rights and frames only; whoever takes
 * something away from the guest runs INVEPT afterwards.
 */
public final class ExtendedPageTables {
  private static final long LARGE = HostMemory.LARGE_FRAME;
  private static final int LARGE_SHIFT = 21;
  private static final long NONE = -1;

  private final HostMemory memory;
  private final long root;
  private final long guestBytes;

  /** The entry of level 2 that was found last, and whose 2 MiB it is. Tables are never freed. */
  private long lastEntry;

  private long lastSlot = NONE;

  ExtendedPageTables(HostMemory memory, long guestBytes) {
    this.memory = memory;
    this.guestBytes = guestBytes;
    this.root = memory.allocateFrame();
  }

  /** The EPTP, with accessed and dirty flags on. */
  long pointer() {
    return Eptp.of(root, true);
  }

  /** The size of guest-physical memory, in bytes. */
  public long guestBytes() {
    return guestBytes;
  }

  /** Whether there is guest-physical memory at all of the {@code bytes} from {@code gpa} on. */
  boolean contains(long gpa, long bytes) {
    return gpa >= 0 && bytes >= 0 && bytes <= guestBytes && gpa <= guestBytes - bytes;
  }

  /**
   * Backs the page of {@code gpa} if nothing does: by a 2 MiB frame where its whole 2 MiB are empty
   * and {@code allowLarge}, else by a 4 KiB frame. New entries have clear flags.
   */
  void populate(long gpa, boolean allowLarge) {
    if (!contains(gpa, 1)) {
      throw new IllegalStateException(
          "GPA 0x%x is outside of guest-physical memory of 0x%x bytes".formatted(gpa, guestBytes));
    }
    if (leaf(gpa) != NONE) {
      return;
    }
    long table = table(table(root, gpa, 4), gpa, 3);
    long at = table + 8L * EptEntry.index(gpa, 2);
    long entry = memory.readLong(at);
    if (EptEntry.isPresent(entry) && EptEntry.isLarge(entry)) {
      return;
    }
    if (!EptEntry.isPresent(entry) && allowLarge && (gpa & -LARGE) + LARGE <= guestBytes) {
      memory.writeLong(at, EptEntry.largePage(memory.allocateLargeFrame(), EptEntry.ALL_RIGHTS));
      return;
    }
    at = table(table, gpa, 2) + 8L * EptEntry.index(gpa, 1);
    if (!EptEntry.isPresent(memory.readLong(at))) {
      memory.writeLong(at, EptEntry.page(memory.allocateFrame(), EptEntry.ALL_RIGHTS));
    }
  }

  /** The HPA behind {@code gpa}; −1 if nothing backs it. */
  public long translate(long gpa) {
    long at = leaf(gpa);
    if (at == NONE) {
      return NONE;
    }
    long entry = memory.readLong(at);
    return EptEntry.isLarge(entry)
        ? (entry & EptEntry.LARGE_FRAME_MASK) + (gpa & (LARGE - 1))
        : EptEntry.frame(entry) + (gpa & 0xFFF);
  }

  /** Whether the dirty flag of the entry that maps {@code gpa} is set. */
  public boolean isDirty(long gpa) {
    long at = leaf(gpa);
    return at != NONE && EptEntry.isDirty(memory.readLong(at));
  }

  /**
   * Clears the dirty flag of the page, which gets an entry of its own if a 2 MiB one maps it. The
   * other 511 of those keep the flag.
   *
   * @return whether it was set
   */
  boolean clearDirty(long gpa) {
    long at = leaf(gpa);
    if (at == NONE) {
      return false;
    }
    long entry = memory.readLong(at);
    if (EptEntry.isLarge(entry)) {
      split(gpa);
      at = leaf(gpa);
      entry = memory.readLong(at);
    }
    if (EptEntry.isDirty(entry)) {
      memory.writeLong(at, entry & ~EptEntry.DIRTY);
    }
    return EptEntry.isDirty(entry);
  }

  /**
   * Clears and sets bits in the entry of the page, which is backed and gets an entry of its own.
   *
   * @throws IllegalArgumentException if {@code clear} or {@code set} has a bit of the frame
   */
  void change(long gpa, long clear, long set) {
    if (((clear | set) & EptEntry.FRAME_MASK) != 0) {
      throw new IllegalArgumentException(
          "bits 0x%x to clear and 0x%x to set: wanted none of the frame's".formatted(clear, set));
    }
    populate(gpa, false);
    split(gpa);
    long at = leaf(gpa);
    memory.writeLong(at, memory.readLong(at) & ~clear | set);
  }

  /** Replaces a 2 MiB entry by 512 entries of 4 KiB with its rights and flags. */
  void split(long gpa) {
    long at = leaf(gpa);
    if (at == NONE) {
      return;
    }
    long entry = memory.readLong(at);
    if (!EptEntry.isLarge(entry)) {
      return;
    }
    long frame = entry & EptEntry.LARGE_FRAME_MASK;
    long flags = entry & (EptEntry.ALL_RIGHTS | EptEntry.ACCESSED | EptEntry.DIRTY);
    long table = memory.allocateFrame(); // nothing has changed if there is none
    memory.splitLargeFrame(frame);
    for (int i = 0; i < 512; i++) {
      memory.writeLong(table + 8L * i, EptEntry.page(frame + (long) i * HostMemory.FRAME, flags));
    }
    memory.writeLong(at, EptEntry.table(table) | EptEntry.ACCESSED);
  }

  /**
   * Moves the page to another frame, contents and flags and all.
   *
   * @return the new HPA
   */
  long move(long gpa) {
    split(gpa);
    long at = leaf(gpa);
    if (at == NONE) {
      throw new IllegalArgumentException(
          "GPA 0x%x has no frame, wanted a populated page to move".formatted(gpa));
    }
    long entry = memory.readLong(at);
    long from = EptEntry.frame(entry);
    long to = memory.allocateFrame();
    memory.copy(from, to, HostMemory.FRAME);
    memory.writeLong(at, (entry & ~EptEntry.FRAME_MASK) | to);
    memory.freeFrame(from);
    return to;
  }

  /** Calls {@code pages} with the GPA of each 4 KiB page that a frame backs, ascending. */
  public void forEachPopulated(LongConsumer pages) {
    walk(root, 4, 0, pages);
  }

  private void walk(long table, int level, long base, LongConsumer pages) {
    long span = 1L << (3 + 9 * level);
    for (int i = 0; i < 512; i++) {
      long entry = memory.readLong(table + 8L * i);
      if (!EptEntry.isPresent(entry)) {
        continue;
      }
      long gpa = base + i * span;
      if (EptEntry.isLeaf(entry, level)) {
        for (long page = gpa; page < gpa + span; page += HostMemory.FRAME) {
          pages.accept(page);
        }
      } else {
        walk(EptEntry.frame(entry), level - 1, gpa, pages);
      }
    }
  }

  /** The table below the entry of {@code level}; made if there is none. */
  private long table(long table, long gpa, int level) {
    long at = table + 8L * EptEntry.index(gpa, level);
    long entry = memory.readLong(at);
    if (!EptEntry.isPresent(entry)) {
      entry = EptEntry.table(memory.allocateFrame());
      memory.writeLong(at, entry);
    }
    return EptEntry.frame(entry);
  }

  /** The HPA of the entry that maps {@code gpa}; −1 if none does. */
  private long leaf(long gpa) {
    long at = level2Entry(gpa);
    if (at == NONE) {
      return NONE;
    }
    long entry = memory.readLong(at);
    if (!EptEntry.isPresent(entry)) {
      return NONE;
    }
    if (EptEntry.isLeaf(entry, 2)) {
      return at;
    }
    at = EptEntry.frame(entry) + 8L * EptEntry.index(gpa, 1);
    return EptEntry.isPresent(memory.readLong(at)) ? at : NONE;
  }

  /** The HPA of the entry of level 2 for {@code gpa}; −1 if there is no table for it. */
  private long level2Entry(long gpa) {
    long slot = gpa >>> LARGE_SHIFT;
    if (slot == lastSlot) {
      return lastEntry;
    }
    long table = root;
    for (int level = 4; level > 2; level--) {
      long entry = memory.readLong(table + 8L * EptEntry.index(gpa, level));
      if (!EptEntry.isPresent(entry)) {
        return NONE;
      }
      table = EptEntry.frame(entry);
    }
    lastSlot = slot;
    lastEntry = table + 8L * EptEntry.index(gpa, 2);
    return lastEntry;
  }
}
