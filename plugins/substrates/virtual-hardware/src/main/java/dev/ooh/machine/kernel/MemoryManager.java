package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.DirectMap;
import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.MemoryNotifier.Cause;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.GuestPte;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;

/**
 * Mappings and frames. Every change of a leaf entry that gives or takes a frame goes through {@link
 * #install} and {@link #remove}, which keep the reverse map exact and tell the modules.
 *
 * <p>A leaf of 2 MiB is an entry with PS, and has the flags of all its 512 pages. What concerns all
 * of them leaves it whole, and what concerns some {@linkplain HugePages splits} it first, as in
 * Linux. It is made by a {@linkplain #touch first touch} only: there is no khugepaged, so pages of
 * 4 KiB are never collapsed into one. Reverse map, dirty state and modules know pages of 4 KiB.
 *
 * <p>A frame may be mapped more than once, and a write through one mapping leaves no mark in the
 * entries of the others. Linux keeps soft-dirty bits and userfaultfd's protection per entry, too,
 * and tells nobody. This kernel does, because it knows every mapping: while a frame has several,
 * its pages count as written at each fetch ({@link Mappings#forEachSharedPage}); when one of them
 * goes, it may have been written through since the last fetch, so {@link #remove} marks the others.
 */
final class MemoryManager {
  static final long PAGE = 4096;

  /** Flags of a page that a program may use; accessed and dirty are the processor's to set. */
  static final long USER_PAGE = GuestPte.PRESENT | GuestPte.USER;

  /**
   * A device's page: marked as used already, so that the processor has no flag to set in it.
   *
   * @see Vma#ofDevice
   */
  private static final long DEVICE_PAGE =
      USER_PAGE
          | GuestPte.WRITABLE
          | GuestPte.SPECIAL
          | GuestPte.ACCESSED
          | GuestPte.DIRTY
          | GuestPte.SOFT_DIRTY;

  /** Where devices are mapped: beyond what is cached in a flat table, which stays small. */
  private static final long DEVICES = 1L << 46;

  private static final long DEVICES_END = 1L << 47;

  /** A page that was just mapped counts as soft-dirty. */
  private static final long FRESH = USER_PAGE | GuestPte.SOFT_DIRTY;

  private final Processes processes;
  private final Processors processors;
  private final Shootdowns shootdowns;
  private final FrameAllocator frames;
  private final ReverseMap reverseMap;
  private final HugePages hugePages;

  /**
   * Frames that were written although no page-table entry says so: the kernel's own dirty state.
   */
  private final BitSet dirtyFrames = new BitSet();

  MemoryManager(
      Processes processes,
      Processors processors,
      Shootdowns shootdowns,
      FrameAllocator frames,
      ReverseMap reverseMap,
      HugePages hugePages) {
    this.processes = processes;
    this.processors = processors;
    this.shootdowns = shootdowns;
    this.frames = frames;
    this.reverseMap = reverseMap;
    this.hugePages = hugePages;
  }

  // ---- Mappings -------------------------------------------------------------------------------

  /** Nothing is mapped if there is no memory for page tables. */
  void map(UserProcess process, Vma vma) {
    List<Vma> there = process.vmasIn(vma.start, vma.end);
    if (!there.isEmpty()) {
      Vma taken = there.getFirst();
      throw new IllegalStateException(
          "mapping %s at 0x%x-0x%x is taken by %s at 0x%x-0x%x, wanted free addresses"
              .formatted(vma.name, vma.start, vma.end, taken.name, taken.start, taken.end));
    }
    attach(process, vma);
    SharedObject object = vma.object;
    if (object != null) {
      try {
        installFrames(process, vma, object);
      } catch (RuntimeException e) {
        unmap(process, vma.start, vma.end); // the addresses would be taken, and nobody know it
        throw e;
      }
    }
  }

  private void installFrames(UserProcess process, Vma vma, SharedObject object) {
    object.forEachFrame(
        (offset, gpa) -> {
          long gva = vma.start + offset - vma.objectOffset;
          if (gva >= vma.start && gva < vma.end) {
            install(process, gva, gpa, FRESH | GuestPte.WRITABLE, Cause.ALIAS);
          }
        });
  }

  private static void attach(UserProcess process, Vma vma) {
    process.addVma(vma);
    if (vma.object != null) {
      vma.object.attach(process, vma);
    }
  }

  /** If a module fails, or a file can't be written back, the mappings are gone all the same. */
  void unmap(UserProcess process, long start, long end) {
    List<Vma> touched = process.vmasIn(start, end);
    Failures failures = new Failures();
    failures.collect(() -> tellUnmapped(process, start, end));
    removeFrames(process, start, end);
    process.userfaults.remove(start, end);
    for (Vma vma : touched) {
      process.removeVma(vma);
      if (vma.start < start) {
        attach(process, vma.part(vma.start, start));
      }
      if (vma.end > end) {
        attach(process, vma.part(end, vma.end));
      }
      SharedObject object = vma.object;
      if (object != null) {
        object.detach(vma);
        if (!object.isMapped()) {
          failures.collect(() -> release(object));
        }
      }
    }
    failures.rethrow();
  }

  /** Removes the frames of {@code [start, end)}; private pages read as zero afterwards. */
  void discard(UserProcess process, long start, long end) {
    tellUnmapped(process, start, end);
    removeFrames(process, start, end);
  }

  private static void tellUnmapped(UserProcess process, long start, long end) {
    process.tellModules(notifier -> notifier.unmapped(start, end));
  }

  private void removeFrames(UserProcess process, long start, long end) {
    PageTables tables = process.tables();
    hugePages.forEachLeaf(
        process,
        start,
        end,
        (gva, entry) -> {
          if (GuestPte.isPresent(entry)) {
            remove(process, gva, entry);
          } else {
            tables.set(gva, 0);
          }
        });
  }

  /**
   * Moves private pages to free addresses of a mapping, contents and all. Their old addresses have
   * no frames afterwards. A page of 2 MiB stays one where it can be one.
   */
  void move(UserProcess process, long start, long end, long to) {
    tellUnmapped(process, start, end);
    PageTables tables = process.tables();
    hugePages.forEachLeaf(
        process,
        start,
        end,
        (gva, entry) -> {
          long target = to + (gva - start);
          if (GuestPte.isLarge(entry) && !HugePages.fits(process, target)) {
            hugePages.split(process, gva);
            tables.forEach(
                gva,
                gva + PageTables.BLOCK,
                (page, part) -> moveLeaf(process, page, part, target + (page - gva)));
          } else {
            moveLeaf(process, gva, entry, target);
          }
        });
  }

  private void moveLeaf(UserProcess process, long gva, long entry, long to) {
    process.tables().clear(gva, entry);
    if (GuestPte.isPresent(entry)) {
      shootdowns.invlpg(process, gva);
      forEachPage(
          gva,
          entry,
          (page, frame) -> {
            reverseMap.remove(frame, process.pid(), page);
            markDirty(frame);
          });
      long flags = entry & (USER_PAGE | GuestPte.WRITABLE | GuestPte.LARGE) | GuestPte.SOFT_DIRTY;
      install(process, to, GuestPte.frame(entry), flags, Cause.MOVED);
    }
  }

  /**
   * Maps a device's pages at addresses of the kernel's choice. Nothing is mapped if there is no
   * memory for page tables.
   */
  Vma mapDevice(UserProcess process, String name, long gpa, long bytes) {
    long start = DEVICES;
    for (Vma vma : process.vmasIn(DEVICES, DEVICES_END)) {
      if (vma.start - start >= bytes) {
        break;
      }
      start = vma.end;
    }
    Vma mapping = Vma.ofDevice(start, start + bytes, name);
    attach(process, mapping);
    try {
      for (long offset = 0; offset < bytes; offset += PAGE) {
        process.tables().set(start + offset, GuestPte.of(gpa + offset, DEVICE_PAGE));
      }
    } catch (RuntimeException e) {
      unmapDevice(process, mapping); // the pages may serve somebody else soon
      throw e;
    }
    return mapping;
  }

  /** Unmaps a device's pages, unless that mapping has gone: others may be at its addresses now. */
  void unmapDevice(UserProcess process, Vma mapping) {
    if (process.vma(mapping.start) == mapping) {
      unmap(process, mapping.start, mapping.end);
    }
  }

  /** Writes back what was written of an object that nobody maps any more, and frees its frames. */
  private void release(SharedObject object) {
    Failures failures = new Failures();
    object.forEachFrame(
        (offset, gpa) -> {
          if (dirtyFrames.get(frame(gpa))) {
            byte[] page = new byte[(int) PAGE];
            readPhysical(gpa, page, 0, page.length);
            failures.collect(() -> object.contents().store(offset, page));
          }
        });
    object.forgetFrames(this::free);
    failures.rethrow();
  }

  /** Gives every private page of {@code parent} to {@code child} too, write-protected in both. */
  void fork(UserProcess parent, UserProcess child) {
    try {
      for (Vma vma : parent.vmas()) {
        if (vma.isDevice()) {
          continue;
        }
        attach(child, vma.part(vma.start, vma.end));
        parent
            .tables()
            .forEachLeaf(
                vma.start,
                vma.end,
                (gva, entry) -> {
                  if (!GuestPte.isPresent(entry)) {
                    return;
                  }
                  long inherited = entry & ~GuestPte.UFFD_WRITE_PROTECTED;
                  if (vma.isPrivate()) {
                    parent.tables().set(gva, entry & ~GuestPte.WRITABLE);
                    inherited &= ~GuestPte.WRITABLE;
                  }
                  child.tables().set(gva, inherited);
                  forEachPage(gva, entry, (page, frame) -> mappedOnceMore(child, page, frame));
                });
      }
    } finally {
      processes.flush(parent); // of what was write-protected, also if memory ran out
    }
  }

  // ---- Frames of pages ------------------------------------------------------------------------

  /** Maps a frame, or with PS in {@code flags} 512 frames of a block, where there was none. */
  void install(UserProcess process, long gva, long first, long flags, Cause cause) {
    long entry = GuestPte.of(first, flags);
    process.tables().set(gva, entry);
    forEachPage(
        gva,
        entry,
        (page, frame) -> {
          mappedOnceMore(process, page, frame);
          process.tellModules(notifier -> notifier.mapped(page, frame, cause));
        });
  }

  private void mappedOnceMore(UserProcess process, long gva, long frame) {
    if (reverseMap.count(frame) > 0) {
      tellOtherMappings(process, gva, frame);
    }
    reverseMap.add(frame, process.pid(), gva);
  }

  /** Unmaps the frames of a leaf, which are freed if nothing else keeps them. */
  void remove(UserProcess process, long gva, long entry) {
    process.tables().clear(gva, entry);
    shootdowns.invlpg(process, gva);
    if ((entry & GuestPte.SPECIAL) != 0) {
      return;
    }
    Vma vma = process.vma(gva);
    boolean isPrivate = vma == null || vma.isPrivate();
    forEachPage(
        gva,
        entry,
        (page, frame) -> {
          if (GuestPte.isDirty(entry)) {
            markDirty(frame);
          }
          reverseMap.remove(frame, process.pid(), page);
          if (reverseMap.count(frame) > 0) {
            tellOtherMappings(process, page, frame);
            markOtherMappings(frame);
          } else if (isPrivate) {
            free(frame);
          }
        });
  }

  /**
   * The frame's other mappings can have seen, or will see, writes that their own entries don't
   * show: one mapping more, or one less, through which it is written.
   */
  private void tellOtherMappings(UserProcess process, long gva, long frame) {
    forEachSharedMapping(
        frame,
        (other, otherGva) -> {
          if (!(other == process && otherGva == gva)) {
            other.tellModules(notifier -> notifier.writtenByKernel(otherGva, frame));
          }
        });
  }

  /** Marks the frame's mappings as if it had been written through each of them. */
  private void markOtherMappings(long frame) {
    forEachSharedMapping(
        frame,
        (process, gva) -> {
          Userfault watcher = process.userfaults.at(gva);
          if (watcher != null) {
            watcher.touchedElsewhere(gva);
          }
          long entry = process.tables().get(gva);
          process.tables().set(gva, entry & ~GuestPte.UFFD_WRITE_PROTECTED | GuestPte.SOFT_DIRTY);
        });
  }

  /**
   * Calls back with the frame's mappings of shared memory. Private ones are write-protected while
   * the frame has several, so nothing is written past them.
   */
  private void forEachSharedMapping(long frame, SharedObject.AddressVisitor visitor) {
    reverseMap.forEach(
        frame,
        (pid, gva) -> {
          UserProcess process = processes.get(pid);
          Vma vma = process == null ? null : process.vma(gva);
          if (process != null && vma != null && !vma.isPrivate()) {
            visitor.address(process, gva);
          }
        });
  }

  /** A zeroed frame. Zeroing is a write like any other: the EPT's dirty flag is set by it. */
  long allocateZeroed() {
    long gpa = frames.allocate();
    zero(gpa);
    return gpa;
  }

  private void zero(long gpa) {
    segment(directMap().forWrite(gpa, (int) PAGE), PAGE).fill((byte) 0);
  }

  long allocateCopy(long of) {
    long gpa = frames.allocate();
    // Translated twice: the second translation may make the first one stale.
    directMap().forWrite(gpa, (int) PAGE);
    long from = directMap().forRead(of);
    segment(directMap().forWrite(gpa, (int) PAGE), PAGE).copyFrom(segment(from, PAGE));
    return gpa;
  }

  /**
   * First touch of a block: maps a zeroed 2 MiB where the mapping asks for them, nothing of the
   * block is mapped or marked, all of it is alike, and there are 512 free frames in a row. It is
   * the same for a read: there is no page of zeros to share.
   *
   * @return whether it did; otherwise the page gets a frame by {@link #touch}
   */
  boolean touchBlock(UserProcess process, Vma vma, long gva) {
    long block = gva & -PageTables.BLOCK;
    if (!vma.hugePages || !HugePages.fits(process, block)) {
      return false;
    }
    long first = frames.tryAllocateBlock(PageTables.TABLES_OF_A_BLOCK);
    if (first < 0) {
      return false;
    }
    for (long offset = 0; offset < PageTables.BLOCK; offset += PAGE) {
      zero(first + offset);
    }
    install(process, block, first, FRESH | GuestPte.WRITABLE | GuestPte.LARGE, Cause.DEMAND_ZERO);
    return true;
  }

  /**
   * First touch of a page. A shared object's page is mapped wherever the object is, so that the
   * reverse map knows every address at which a write to it shows.
   *
   * @param marker the page's entry, which isn't present
   */
  void touch(UserProcess process, Vma vma, long page, long marker) {
    // Before the frame, which would belong to nobody if there were no memory for a table.
    process.tables().makeTables(page);
    SharedObject object = vma.object;
    if (object == null) {
      install(process, page, allocateZeroed(), fresh(marker), Cause.DEMAND_ZERO);
      return;
    }
    long offset = vma.objectOffset + page - vma.start;
    long frame = sharedFrame(object, offset);
    install(process, page, frame, fresh(marker), Cause.DEMAND_ZERO);
    object.forEachAddress(
        offset,
        (other, gva) -> {
          long entry = other.tables().get(gva);
          if (!GuestPte.isPresent(entry)) {
            install(other, gva, frame, fresh(entry), Cause.ALIAS);
          }
        });
  }

  private static long fresh(long marker) {
    return FRESH
        | ((marker & GuestPte.UFFD_WRITE_PROTECTED) != 0
            ? GuestPte.UFFD_WRITE_PROTECTED
            : GuestPte.WRITABLE);
  }

  /** The frame of a shared object's page, filled if it is the first touch. */
  private long sharedFrame(SharedObject object, long offset) {
    long gpa = object.frame(offset);
    if (gpa == 0) {
      byte[] page = new byte[(int) PAGE];
      object.contents().load(offset, page);
      gpa = allocateZeroed();
      writePhysical(gpa, page, 0, page.length);
      object.setFrame(offset, gpa);
    }
    return gpa;
  }

  private void free(long gpa) {
    dirtyFrames.clear(frame(gpa));
    frames.free(gpa);
  }

  /** Whether somebody else maps a frame of the leaf. */
  boolean isSharedLeaf(long entry) {
    boolean[] shared = {false};
    forEachPage(0, entry, (page, frame) -> shared[0] |= reverseMap.count(frame) > 1);
    return shared[0];
  }

  /** Calls back for each 4 KiB page of a present leaf, which begins at {@code gva}. */
  private static void forEachPage(long gva, long entry, FrameVisitor visitor) {
    long bytes = GuestPte.bytes(entry);
    long frame = GuestPte.frame(entry);
    for (long offset = 0; offset < bytes; offset += PAGE) {
      visitor.page(gva + offset, frame + offset);
    }
  }

  // ---- Dirty state ----------------------------------------------------------------------------

  /**
   * Clears the dirty flag of the leaf that maps a page; the kernel remembers that its frames were
   * written. Counts M15 where there is a leaf.
   *
   * @return whether it was set
   */
  boolean clearDirty(UserProcess process, long gva) {
    return clearDirtyLeaf(process, gva, process.tables().leaf(gva));
  }

  /** As {@link #clearDirty(UserProcess, long)} for each leaf that maps any of the range. */
  void clearDirty(UserProcess process, long start, long end) {
    process.tables().forEachLeaf(start, end, (gva, leaf) -> clearDirtyLeaf(process, gva, leaf));
  }

  private boolean clearDirtyLeaf(UserProcess process, long gva, long entry) {
    if (!GuestPte.isPresent(entry)) {
      return false;
    }
    processors.counters().count(Event.CLEAR_REFS);
    if (!GuestPte.isDirty(entry)) {
      return false;
    }
    int first = frame(GuestPte.frame(entry));
    dirtyFrames.set(first, first + (int) (GuestPte.bytes(entry) / PAGE));
    process.tables().set(gva, entry & ~GuestPte.DIRTY);
    shootdowns.invlpg(process, gva);
    return true;
  }

  void markDirty(long gpa) {
    dirtyFrames.set(frame(gpa));
  }

  /** Whether the frame was written since it was allocated, by any of its mappings or the kernel. */
  boolean isFrameDirty(long gpa) {
    boolean[] dirty = {dirtyFrames.get(frame(gpa))};
    reverseMap.forEach(
        gpa,
        (pid, gva) -> {
          UserProcess process = processes.get(pid);
          dirty[0] |= process != null && GuestPte.isDirty(process.tables().get(gva));
        });
    return dirty[0];
  }

  // ---- The kernel's own accesses --------------------------------------------------------------

  void readPhysical(long gpa, byte[] target, int offset, int length) {
    MemorySegment.copy(
        HostMemory.EVERYTHING,
        ValueLayout.JAVA_BYTE,
        directMap().forRead(gpa),
        target,
        offset,
        length);
  }

  void writePhysical(long gpa, byte[] source, int offset, int length) {
    MemorySegment.copy(
        source,
        offset,
        HostMemory.EVERYTHING,
        ValueLayout.JAVA_BYTE,
        directMap().forWrite(gpa, length),
        length);
  }

  private DirectMap directMap() {
    return processors.executing().directMap();
  }

  private static MemorySegment segment(long address, long bytes) {
    return HostMemory.EVERYTHING.asSlice(address, bytes);
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }

  /** Receives one page of a leaf and its frame. */
  @FunctionalInterface
  private interface FrameVisitor {
    void page(long gva, long frame);
  }
}
