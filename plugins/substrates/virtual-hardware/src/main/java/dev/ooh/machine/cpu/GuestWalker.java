package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.paging.PageFaultErrorCode;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.InterruptionInformation;

/**
 * Translates guest-virtual addresses: walks the guest's 4-level page tables, every access of the
 * walk through the EPT (Intel SDM volume 3A, 5.5 to 5.8). CR0.WP, CR4.PAE and EFER.NXE are set;
 * SMEP, SMAP, PCID and global pages are not reported.
 */
final class GuestWalker {
  /** A page fault: {@link #errorCode()} has its code. */
  static final long PAGE_FAULT = -1;

  /** A VM exit: {@link EptWalker#exit()} has it. */
  static final long EXIT = -2;

  /** An extension's work exited, so what the walk found may be stale: run it again. */
  static final long RESTART = -3;

  private final EptWalker ept;
  private final ExecutionControls controls;
  private final ExtensionPort extensions;
  private final long[] entryAddress = new long[5];
  private final long[] entries = new long[5];
  private int errorCode;

  /**
   * A paging-structure cache of one entry (SDM volume 3A, 5.10.3): whose 2 MiB the last walk to a
   * page of 4 KiB was in; -1 for none. The entries above are still in {@link #entries}, and are
   * compared with memory at each use, so that the cache is never stale.
   */
  private long lastSlot = -1;

  private long lastRoot;
  private long lastWalkAccess;
  private long lastFlush;
  private long lastRights;

  GuestWalker(EptWalker ept, ExecutionControls controls, ExtensionPort extensions) {
    this.ept = ept;
    this.controls = controls;
    this.extensions = extensions;
  }

  /** The error code of the last page fault. */
  int errorCode() {
    return errorCode;
  }

  /**
   * Translates for an access to {@code gva} and fills {@code cache}.
   *
   * @param root CR3
   * @param bytes how many are accessed from {@code gva} on, 1 or more, within the page
   * @param user whether the access comes from user mode
   * @return the native address, or a negative outcome, and then nothing but flags has changed
   */
  long translate(
      long root, TranslationCache cache, long gva, int bytes, boolean write, boolean user) {
    if (!isCanonical(gva)) {
      throw new GuestException(
          InterruptionInformation.GENERAL_PROTECTION,
          "address 0x%x is not canonical".formatted(gva));
    }
    // With EPT accessed and dirty flags on, accesses to paging structures are writes (29.3.5).
    long walkAccess =
        controls.accessedDirty ? EptViolation.READ | EptViolation.WRITE : EptViolation.READ;
    int code = (write ? PageFaultErrorCode.WRITE : 0) | (user ? PageFaultErrorCode.USER : 0);
    long rights = GuestPte.WRITABLE | GuestPte.USER;
    int level = 1;
    if (isLastTable(root, gva, walkAccess)) {
      long at = (entryAddress[1] & -HostMemory.FRAME) + GuestPte.index(gva, 1) * 8L;
      long entry = HostMemory.EVERYTHING.get(HostMemory.LONG, at);
      entryAddress[1] = at;
      entries[1] = entry;
      if (!GuestPte.isPresent(entry)) {
        return fault(code);
      }
      if (GuestPte.hasReservedBit(entry, 1)) {
        return fault(code | PageFaultErrorCode.PRESENT | PageFaultErrorCode.RESERVED);
      }
      rights = lastRights & entry;
    } else {
      lastSlot = -1;
      level = 4;
      long table = GuestPte.frame(root);
      while (true) {
        long at =
            ept.translate(table + GuestPte.index(gva, level) * 8L, Long.BYTES, walkAccess, gva);
        if (at == EptWalker.FAILED) {
          return EXIT;
        }
        long entry = HostMemory.EVERYTHING.get(HostMemory.LONG, at);
        entryAddress[level] = at;
        entries[level] = entry;
        if (!GuestPte.isPresent(entry)) {
          return fault(code);
        }
        if (GuestPte.hasReservedBit(entry, level)) {
          return fault(code | PageFaultErrorCode.PRESENT | PageFaultErrorCode.RESERVED);
        }
        if (level == 1) {
          remember(root, gva, walkAccess, rights);
        }
        rights &= entry;
        if (level == 1 || (level == 2 && GuestPte.isLarge(entry))) {
          break;
        }
        table = GuestPte.frame(entry);
        level--;
      }
    }
    boolean userPage = (rights & GuestPte.USER) != 0;
    boolean writablePage = (rights & GuestPte.WRITABLE) != 0;
    if ((user && !userPage) || (write && !writablePage)) {
      return fault(code | PageFaultErrorCode.PRESENT);
    }
    if (!controls.accessedDirty && !prepareFlagUpdates(root, level, gva, write)) {
      return EXIT;
    }
    long gpa = leafFrame(level, gva) | (gva & 0xFFF);
    long finalAccess = EptViolation.FINAL_ACCESS | (write ? EptViolation.WRITE : EptViolation.READ);
    long address = ept.translate(gpa, bytes, finalAccess, gva);
    if (address == EptWalker.FAILED) {
      return EXIT;
    }
    boolean setsDirty = setFlags(level, write);
    if (setsDirty && extensions.dirtyFlagSet(gva)) {
      return RESTART;
    }
    if (userPage) {
      boolean dirty = write || GuestPte.isDirty(entries[level]);
      boolean writable = writablePage && dirty && ept.cache().writable(gpa, 1) != 0;
      long cached = TranslationCache.READABLE | (writable ? TranslationCache.WRITABLE : 0);
      cache.fill(gva, address & ~0xFFFL, cached, level == 2);
    }
    return address;
  }

  /** The entries above the last one are those that the last walk found, and its accesses hit. */
  private boolean isLastTable(long root, long gva, long walkAccess) {
    return gva >>> 21 == lastSlot
        && root == lastRoot
        && walkAccess == lastWalkAccess
        && ept.cacheFlushes() == lastFlush
        && isUnchanged(4)
        && isUnchanged(3)
        && isUnchanged(2);
  }

  private boolean isUnchanged(int level) {
    return HostMemory.EVERYTHING.get(HostMemory.LONG, entryAddress[level]) == entries[level];
  }

  private void remember(long root, long gva, long walkAccess, long rights) {
    lastSlot = gva >>> 21;
    lastRoot = root;
    lastWalkAccess = walkAccess;
    lastFlush = ept.cacheFlushes();
    lastRights = rights;
  }

  private long leafFrame(int level, long gva) {
    return level == 1
        ? GuestPte.frame(entries[1])
        : (entries[2] & GuestPte.LARGE_FRAME_MASK) + (gva & (HostMemory.LARGE_FRAME - 1) & ~0xFFFL);
  }

  /**
   * Without EPT accessed and dirty flags the walk only read the entries; those whose flags are to
   * be set are now accessed for writing, which the EPT must allow.
   */
  private boolean prepareFlagUpdates(long root, int leaf, long gva, boolean write) {
    long table = GuestPte.frame(root);
    for (int level = 4; level >= leaf; level--) {
      if (missingFlags(level, leaf, write) != 0) {
        long at = table + GuestPte.index(gva, level) * 8L;
        if (ept.translate(at, Long.BYTES, EptViolation.WRITE, gva) == EptWalker.FAILED) {
          return false;
        }
      }
      table = GuestPte.frame(entries[level]);
    }
    return true;
  }

  /**
   * Sets the accessed flags and, for a write, the leaf's dirty flag; says if that one was clear.
   */
  private boolean setFlags(int leaf, boolean write) {
    boolean setsDirty = write && !GuestPte.isDirty(entries[leaf]);
    for (int level = 4; level >= leaf; level--) {
      long missing = missingFlags(level, leaf, write);
      if (missing != 0) {
        entries[level] |= missing;
        HostMemory.EVERYTHING.set(HostMemory.LONG, entryAddress[level], entries[level]);
      }
    }
    return setsDirty;
  }

  private long missingFlags(int level, int leaf, boolean write) {
    long flags = GuestPte.ACCESSED | (write && level == leaf ? GuestPte.DIRTY : 0);
    return flags & ~entries[level];
  }

  private long fault(int code) {
    errorCode = code;
    return PAGE_FAULT;
  }

  /** Whether bits 63:47 are equal, as 4-level paging demands (Intel SDM volume 1, 3.3.7.1). */
  private static boolean isCanonical(long gva) {
    return gva << 16 >> 16 == gva;
  }
}
