package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.WriteVerdict;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import org.jspecify.annotations.Nullable;

/**
 * Translates guest-physical addresses: walks the EPT, sets its accessed and dirty flags, logs
 * (Intel SDM volume 3C, 29.3). Guest-physical mappings are cached until INVEPT.
 */
final class EptWalker {
  /** The walk ended in an exit: {@link #exit()} says which. */
  static final long FAILED = -1;

  private static final int PML_ENTRIES = 512;

  /** What four levels translate; no entry maps an address beyond. */
  private static final int GPA_BITS = 48;

  private static final int FRAME = HostMemory.FRAME;
  private static final long PAGE_MASK = FRAME - 1;

  private final HostMemory memory;
  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EventCounters counters;
  private final TranslationCache cache;
  private final long[] entryAddress = new long[5];
  private final long[] entries = new long[5];

  /**
   * A paging-structure cache of one entry (29.4): whose 2 MiB the last walk to a page of 4 KiB was
   * in; -1 for none. The entries above are still in {@link #entries}, and are compared with memory
   * at each use, so that the cache is never stale.
   */
  private long lastSlot = -1;

  private long lastRoot;
  private long lastRights;
  private ReadOnlyPages readOnlyPages = (entry, gpa, bytes) -> null;
  private VmExit exit = new VmExit(ExitReason.EPT_VIOLATION, 0, 0, 0);

  /**
   * @param cache of guest-physical mappings
   */
  EptWalker(
      HostMemory memory,
      Vmcs vmcs,
      ExecutionControls controls,
      EventCounters counters,
      TranslationCache cache) {
    this.cache = cache;
    this.memory = memory;
    this.vmcs = vmcs;
    this.controls = controls;
    this.counters = counters;
  }

  /** Who may allow writes to pages that the EPT lets the guest read and not write. */
  @FunctionalInterface
  interface ReadOnlyPages {
    @Nullable WriteVerdict writes(long entry, long gpa, int bytes);
  }

  /** Sets who is asked about writes to read-only pages. */
  void setReadOnlyPages(ReadOnlyPages asked) {
    readOnlyPages = asked;
  }

  /** The guest-physical mappings. */
  TranslationCache cache() {
    return cache;
  }

  /** Changes whenever the guest-physical mappings are dropped. */
  long cacheFlushes() {
    return cache.flushes();
  }

  /** Why the last translation failed. */
  VmExit exit() {
    return exit;
  }

  /**
   * Translates for an access to {@code gpa}.
   *
   * @param bytes how many are accessed from there on, 1 or more, within the page
   * @param access bits of {@link EptViolation}: what is done (READ, WRITE; a write when WRITE is
   *     set) and whether it is the final access
   * @param gva the linear address that led here
   * @return the native address, or {@link #FAILED}, and then nothing has changed
   */
  long translate(long gpa, int bytes, long access, long gva) {
    boolean write = (access & EptViolation.WRITE) != 0;
    long known = write ? cache.writable(gpa, 1) : cache.readable(gpa, 1);
    return known != 0 ? known : walk(gpa, bytes, write, access, gva);
  }

  /** The HPA of {@code gpa}, which is mapped; sets no flag. */
  long hostPhysical(long gpa) {
    if (!controls.ept) {
      return gpa;
    }
    long table = controls.eptRoot;
    for (int level = 4; ; level--) {
      long entry = memory.readLong(table + EptEntry.index(gpa, level) * 8L);
      if (!EptEntry.isPresent(entry)) {
        throw new IllegalStateException("GPA 0x%x: is not mapped".formatted(gpa));
      }
      if (EptEntry.isLeaf(entry, level)) {
        return frame(entry, level, gpa) + (gpa & PAGE_MASK);
      }
      table = EptEntry.frame(entry);
    }
  }

  private long walk(long gpa, int bytes, boolean write, long access, long gva) {
    if (!controls.ept) {
      if (!memory.isAllocated(gpa)) {
        throw new IllegalStateException("GPA 0x%x: no memory there, and EPT is off".formatted(gpa));
      }
      long address = memory.nativeAddress(gpa);
      fill(gpa, address, true);
      return address;
    }
    if (gpa >>> GPA_BITS != 0) {
      return violation(0, access, gpa, gva);
    }
    long rights = EptEntry.ALL_RIGHTS;
    boolean accessedMissing = false;
    long entry;
    int level = 1;
    if (isLastTable(gpa)) {
      long at = (entryAddress[1] & -FRAME) + EptEntry.index(gpa, 1) * 8L;
      entry = HostMemory.EVERYTHING.get(HostMemory.LONG, at);
      entryAddress[1] = at;
      entries[1] = entry;
      if (!EptEntry.isPresent(entry)) {
        return violation(0, access, gpa, gva);
      }
      if (EptEntry.isMisconfigured(entry, 1)) {
        return misconfiguration(gpa, gva);
      }
      rights = lastRights & entry;
      accessedMissing = !EptEntry.isAccessed(entry);
    } else {
      lastSlot = -1;
      level = 4;
      long table = controls.eptRoot;
      while (true) {
        long at = memory.nativeAddress(table + EptEntry.index(gpa, level) * 8L);
        entryAddress[level] = at;
        entry = HostMemory.EVERYTHING.get(HostMemory.LONG, at);
        entries[level] = entry;
        if (!EptEntry.isPresent(entry)) {
          return violation(0, access, gpa, gva);
        }
        if (EptEntry.isMisconfigured(entry, level)) {
          return misconfiguration(gpa, gva);
        }
        if (level == 1 && !accessedMissing) {
          remember(gpa, rights);
        }
        rights &= entry;
        accessedMissing |= !EptEntry.isAccessed(entry);
        if (EptEntry.isLeaf(entry, level)) {
          break;
        }
        table = EptEntry.frame(entry);
        level--;
      }
    }
    long needed = write ? EptEntry.WRITE : EptEntry.READ;
    if ((rights & needed) == 0) {
      boolean eligible =
          level == 1 && (access & EptViolation.FINAL_ACCESS) != 0 && (rights & EptEntry.READ) != 0;
      WriteVerdict verdict = eligible ? readOnlyPages.writes(entry, gpa, bytes) : null;
      if (!(verdict instanceof WriteVerdict.Allowed)) {
        return refused(verdict, rights, access, gpa, gva);
      }
    }
    boolean dirty = EptEntry.isDirty(entry);
    if (controls.accessedDirty) {
      boolean setDirty = write && !dirty;
      if ((setDirty || accessedMissing) && !setFlags(level, setDirty, gpa, gva)) {
        return FAILED;
      }
      dirty |= setDirty;
    } else {
      dirty = true;
    }
    long address = memory.nativeAddress(frame(entry, level, gpa) + (gpa & PAGE_MASK));
    fill(gpa, address, dirty && (rights & EptEntry.WRITE) != 0);
    return address;
  }

  /** The entries above the last one are those that the last walk found, all marked as accessed. */
  private boolean isLastTable(long gpa) {
    return gpa >>> 21 == lastSlot
        && controls.eptRoot == lastRoot
        && isUnchanged(4)
        && isUnchanged(3)
        && isUnchanged(2);
  }

  private boolean isUnchanged(int level) {
    return HostMemory.EVERYTHING.get(HostMemory.LONG, entryAddress[level]) == entries[level];
  }

  private void remember(long gpa, long rights) {
    lastSlot = gpa >>> 21;
    lastRoot = controls.eptRoot;
    lastRights = rights;
  }

  private long refused(
      @Nullable WriteVerdict verdict, long rights, long access, long gpa, long gva) {
    if (verdict instanceof WriteVerdict.Exit own) {
      exit = new VmExit(ExitReason.EXTENSION, own.reason(), own.qualification(), gpa, gva);
      return FAILED;
    }
    long offset = verdict instanceof WriteVerdict.Denied denied ? denied.gpa() - gpa : 0;
    return violation(rights, access, gpa + offset, gva + offset);
  }

  /**
   * Sets the accessed flags of the entries from the root to {@code leaf} and, if asked, the leaf's
   * dirty flag, which logs. The log-full check comes first, also when only an accessed flag is to
   * be set (29.3.6).
   *
   * @return false when the log is full
   */
  private boolean setFlags(int leaf, boolean setDirty, long gpa, long gva) {
    long index = 0;
    if (controls.pml) {
      index = vmcs.read(VmcsField.PML_INDEX);
      if (index >= PML_ENTRIES) {
        exit = new VmExit(ExitReason.PML_FULL, 0, gpa, gva);
        return false;
      }
    }
    for (int level = 4; level >= leaf; level--) {
      long flags = EptEntry.ACCESSED | (setDirty && level == leaf ? EptEntry.DIRTY : 0);
      if ((flags & ~entries[level]) != 0) {
        entries[level] |= flags;
        HostMemory.EVERYTHING.set(HostMemory.LONG, entryAddress[level], entries[level]);
      }
    }
    if (setDirty && controls.pml) {
      memory.writeLong(controls.pmlAddress + index * 8, gpa & ~PAGE_MASK);
      vmcs.write(VmcsField.PML_INDEX, index - 1);
      counters.count(Event.PML_LOGGED);
    }
    return true;
  }

  /** The HPA of the 4 KiB frame that a leaf {@code entry} of {@code level} gives {@code gpa}. */
  private static long frame(long entry, int level, long gpa) {
    return level == 1
        ? EptEntry.frame(entry)
        : (entry & EptEntry.LARGE_FRAME_MASK) + (gpa & (HostMemory.LARGE_FRAME - FRAME));
  }

  private void fill(long gpa, long address, boolean writable) {
    long rights = TranslationCache.READABLE | (writable ? TranslationCache.WRITABLE : 0);
    cache.fill(gpa, address & ~PAGE_MASK, rights, false);
  }

  private long misconfiguration(long gpa, long gva) {
    exit = new VmExit(ExitReason.EPT_MISCONFIGURATION, 0, gpa, gva);
    return FAILED;
  }

  private long violation(long rights, long access, long gpa, long gva) {
    long qualification = access | EptViolation.rights(rights) | EptViolation.LINEAR_ADDRESS_VALID;
    exit = new VmExit(ExitReason.EPT_VIOLATION, qualification, gpa, gva);
    return FAILED;
  }
}
