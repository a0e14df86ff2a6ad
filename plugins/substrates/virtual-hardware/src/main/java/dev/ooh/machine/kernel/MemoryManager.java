package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.extension.MemoryNotifier.Cause;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.GuestPte;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * Mappings and frames. Every change of a leaf entry that gives or takes a frame goes through {@link
 * #install} and {@link #remove}, which keep the reverse map exact and tell the modules.
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

  /** A page that was just mapped counts as soft-dirty. */
  private static final long FRESH = USER_PAGE | GuestPte.SOFT_DIRTY;

  private final Processes processes;
  private final Vcpu vcpu;
  private final FrameAllocator frames;
  private final ReverseMap reverseMap;

  /**
   * Frames that were written although no page-table entry says so: the kernel's own dirty state.
   */
  private final BitSet dirtyFrames = new BitSet();

  MemoryManager(Processes processes, Vcpu vcpu, FrameAllocator frames, ReverseMap reverseMap) {
    this.processes = processes;
    this.vcpu = vcpu;
    this.frames = frames;
    this.reverseMap = reverseMap;
  }

  // ---- Mappings -------------------------------------------------------------------------------

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
      object.forEachFrame(
          (offset, gpa) -> {
            long gva = vma.start + offset - vma.objectOffset;
            if (gva >= vma.start && gva < vma.end) {
              install(process, gva, gpa, FRESH | GuestPte.WRITABLE, Cause.ALIAS);
            }
          });
    }
  }

  private static void attach(UserProcess process, Vma vma) {
    process.vmas.put(vma.start, vma);
    if (vma.object != null) {
      vma.object.attach(process, vma);
    }
  }

  void unmap(UserProcess process, long start, long end) {
    List<Vma> touched = process.vmasIn(start, end);
    discard(process, start, end);
    process.userfaults.remove(start, end);
    for (Vma vma : touched) {
      process.vmas.remove(vma.start);
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
          release(object);
        }
      }
    }
  }

  /** Removes the frames of {@code [start, end)}; private pages read as zero afterwards. */
  void discard(UserProcess process, long start, long end) {
    notify(process, notifier -> notifier.unmapped(start, end));
    PageTables tables = process.tables();
    tables.forEach(
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
   * no frames afterwards.
   */
  void move(UserProcess process, long start, long end, long to) {
    notify(process, notifier -> notifier.unmapped(start, end));
    PageTables tables = process.tables();
    tables.forEach(
        start,
        end,
        (gva, entry) -> {
          tables.set(gva, 0);
          if (GuestPte.isPresent(entry)) {
            long frame = GuestPte.frame(entry);
            vcpu.invlpg(process.translations(), gva);
            reverseMap.remove(frame, process.pid(), gva);
            markDirty(frame);
            long flags = entry & (USER_PAGE | GuestPte.WRITABLE) | GuestPte.SOFT_DIRTY;
            install(process, to + (gva - start), frame, flags, Cause.MOVED);
          }
        });
  }

  /** Writes back what was written of an object that nobody maps any more, and frees its frames. */
  private void release(SharedObject object) {
    object.forEachFrame(
        (offset, gpa) -> {
          if (dirtyFrames.get(frame(gpa))) {
            byte[] page = new byte[(int) PAGE];
            readPhysical(gpa, page, 0, page.length);
            object.contents().store(offset, page);
          }
        });
    object.forgetFrames(this::free);
  }

  /** Gives every private page of {@code parent} to {@code child} too, write-protected in both. */
  void fork(UserProcess parent, UserProcess child) {
    for (Vma vma : parent.vmas.values()) {
      attach(child, vma.part(vma.start, vma.end));
      parent
          .tables()
          .forEach(
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
                mappedOnceMore(child, gva, GuestPte.frame(entry));
              });
    }
    processes.flush(parent);
  }

  // ---- Frames of pages ------------------------------------------------------------------------

  /** Maps a frame where there was none. */
  void install(UserProcess process, long gva, long frame, long flags, Cause cause) {
    process.tables().set(gva, GuestPte.of(frame, flags));
    mappedOnceMore(process, gva, frame);
    notify(process, notifier -> notifier.mapped(gva, frame, cause));
  }

  private void mappedOnceMore(UserProcess process, long gva, long frame) {
    if (reverseMap.count(frame) > 0) {
      tellOtherMappings(process, gva, frame);
    }
    reverseMap.add(frame, process.pid(), gva);
  }

  /** Unmaps a page's frame, which is freed if nothing else keeps it. */
  void remove(UserProcess process, long gva, long entry) {
    long frame = GuestPte.frame(entry);
    process.tables().set(gva, 0);
    vcpu.invlpg(process.translations(), gva);
    if (GuestPte.isDirty(entry)) {
      dirtyFrames.set(frame(frame));
    }
    reverseMap.remove(frame, process.pid(), gva);
    if (reverseMap.count(frame) > 0) {
      tellOtherMappings(process, gva, frame);
      markOtherMappings(frame);
    } else {
      Vma vma = process.vma(gva);
      if (vma == null || vma.isPrivate()) {
        free(frame);
      }
    }
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
            notify(other, notifier -> notifier.writtenByKernel(otherGva, frame));
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
    segment(vcpu.directMap().forWrite(gpa, (int) PAGE), PAGE).fill((byte) 0);
    return gpa;
  }

  long allocateCopy(long of) {
    long gpa = frames.allocate();
    // Translated twice: the second translation may make the first one stale.
    vcpu.directMap().forWrite(gpa, (int) PAGE);
    long from = vcpu.directMap().forRead(of);
    segment(vcpu.directMap().forWrite(gpa, (int) PAGE), PAGE).copyFrom(segment(from, PAGE));
    return gpa;
  }

  /**
   * First touch of a page. A shared object's page is mapped wherever the object is, so that the
   * reverse map knows every address at which a write to it shows.
   *
   * @param marker the page's entry, which isn't present
   */
  void touch(UserProcess process, Vma vma, long page, long marker) {
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
      gpa = allocateZeroed();
      byte[] page = new byte[(int) PAGE];
      object.contents().load(offset, page);
      writePhysical(gpa, page, 0, page.length);
      object.setFrame(offset, gpa);
    }
    return gpa;
  }

  private void free(long gpa) {
    dirtyFrames.clear(frame(gpa));
    frames.free(gpa);
  }

  // ---- Dirty state ----------------------------------------------------------------------------

  /** Clears the dirty flag of a page's entry; the kernel remembers that the frame was written. */
  boolean clearDirty(UserProcess process, long gva) {
    long entry = process.tables().get(gva);
    if (!GuestPte.isPresent(entry)) {
      return false;
    }
    if (!GuestPte.isDirty(entry)) {
      return false;
    }
    dirtyFrames.set(frame(GuestPte.frame(entry)));
    process.tables().set(gva, entry & ~GuestPte.DIRTY);
    vcpu.invlpg(process.translations(), gva);
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
        vcpu.directMap().forRead(gpa),
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
        vcpu.directMap().forWrite(gpa, length),
        length);
  }

  /** Calls each of the process's notifiers; one may take itself away meanwhile. */
  void notify(UserProcess process, Consumer<MemoryNotifier> call) {
    if (!process.memoryNotifiers.isEmpty()) {
      List.copyOf(process.memoryNotifiers).forEach(call);
    }
  }

  private static MemorySegment segment(long address, long bytes) {
    return HostMemory.EVERYTHING.asSlice(address, bytes);
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }
}
