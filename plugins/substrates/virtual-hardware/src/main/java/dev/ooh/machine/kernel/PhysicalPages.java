package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.PhysicalMemory;
import dev.ooh.machine.extension.KernelPages;
import java.util.ArrayList;
import java.util.List;

/** Contiguous pages of the kernel, reached by its direct map. */
final class PhysicalPages implements KernelPages {
  private final PhysicalMemory memory;
  private final FrameAllocator frames;
  private final long gpa;
  private final int pages;
  private final List<Runnable> mappings = new ArrayList<>();
  private boolean freed;

  PhysicalPages(PhysicalMemory memory, FrameAllocator frames, int pages) {
    if (pages < 1) {
      throw new IllegalArgumentException("asked for " + pages + " pages, wanted 1 or more");
    }
    this.memory = memory;
    this.frames = frames;
    this.pages = pages;
    this.gpa = frames.allocateContiguous(pages);
    for (long offset = 0; offset < bytes(); offset += 8) {
      memory.write(gpa + offset, 0);
    }
  }

  /** Has {@code unmap} run before the frames may serve somebody else. */
  void mapped(Runnable unmap) {
    mappings.add(unmap);
  }

  @Override
  public long gpa() {
    return gpa;
  }

  @Override
  public long bytes() {
    return (long) pages * FrameAllocator.FRAME;
  }

  @Override
  public long getLong(long offset) {
    return memory.read(at(offset));
  }

  @Override
  public void setLong(long offset, long value) {
    memory.write(at(offset), value);
  }

  @Override
  public void getLongs(long offset, long[] target, int index, int count) {
    for (int done = 0; done < count; ) {
      int part = wordsInPage(offset + 8L * done, count - done);
      memory.read(at(offset + 8L * done), target, index + done, part);
      done += part;
    }
  }

  @Override
  public void setLongs(long offset, long[] source, int index, int count) {
    for (int done = 0; done < count; ) {
      int part = wordsInPage(offset + 8L * done, count - done);
      memory.write(at(offset + 8L * done), source, index + done, part);
      done += part;
    }
  }

  private static int wordsInPage(long offset, int count) {
    return (int) Math.min(count, (FrameAllocator.FRAME - (offset & 0xFFF)) / Long.BYTES);
  }

  @Override
  public void close() {
    if (!freed) {
      freed = true;
      mappings.forEach(Runnable::run);
      for (int i = 0; i < pages; i++) {
        frames.free(gpa + (long) i * FrameAllocator.FRAME);
      }
    }
  }

  private long at(long offset) {
    if (freed) {
      throw new IllegalStateException("kernel pages at GPA 0x%x are freed".formatted(gpa));
    }
    if (offset < 0 || offset >= bytes() || (offset & 7) != 0) {
      throw new IndexOutOfBoundsException(
          "offset is %d, wanted a multiple of 8 below %d".formatted(offset, bytes()));
    }
    return gpa + offset;
  }
}
