package dev.ooh.machine.kernel;

import java.util.BitSet;

/**
 * Hands out 4 KiB frames of guest-physical memory. A freed frame is the next one to be used again,
 * with whatever its EPT entry remembers.
 */
final class FrameAllocator {
  static final int FRAME = 4096;

  private static final int FRAMES_OF_A_BLOCK = 512;

  private final BitSet used = new BitSet();
  private final int total;
  private int inUse;
  private int lastFreed = -1;

  FrameAllocator(long guestBytes) {
    this.total = Math.toIntExact(guestBytes / FRAME);
    // GPA 0 serves nobody, so that a zero is never a frame.
    used.set(0);
    inUse = 1;
  }

  /** A frame with any contents; its GPA. */
  long allocate() {
    int frame = lastFreed >= 0 && !used.get(lastFreed) ? lastFreed : used.nextClearBit(0);
    lastFreed = -1;
    if (frame >= total) {
      throw exhausted(1);
    }
    used.set(frame);
    inUse++;
    return (long) frame * FRAME;
  }

  /** The GPA of the first of {@code count} neighbours. */
  long allocateContiguous(int count) {
    int start = used.nextClearBit(0);
    while (start + count <= total) {
      int next = used.nextSetBit(start);
      if (next < 0 || next - start >= count) {
        used.set(start, start + count);
        inUse += count;
        return (long) start * FRAME;
      }
      start = used.nextClearBit(next);
    }
    throw exhausted(count);
  }

  /**
   * The GPA of the first of 512 neighbours that a page of 2 MiB can map; −1 where there are none.
   *
   * @param spare how many frames must be free besides
   */
  long tryAllocateBlock(int spare) {
    if (freeFrames() < FRAMES_OF_A_BLOCK + spare) {
      return -1;
    }
    for (int start = FRAMES_OF_A_BLOCK; start + FRAMES_OF_A_BLOCK <= total; ) {
      int next = used.nextSetBit(start);
      if (next < 0 || next >= start + FRAMES_OF_A_BLOCK) {
        used.set(start, start + FRAMES_OF_A_BLOCK);
        inUse += FRAMES_OF_A_BLOCK;
        return (long) start * FRAME;
      }
      // The block of the next free frame, which is partly used unless it is its first.
      int free = used.nextClearBit(next);
      start = (free + FRAMES_OF_A_BLOCK - 1) & -FRAMES_OF_A_BLOCK;
    }
    return -1;
  }

  void free(long gpa) {
    int frame = (int) (gpa / FRAME);
    if (!used.get(frame)) {
      throw new IllegalStateException(
          "GPA 0x%x is free, wanted a used frame to free".formatted(gpa));
    }
    used.clear(frame);
    inUse--;
    lastFreed = frame;
  }

  int freeFrames() {
    return total - inUse;
  }

  private IllegalStateException exhausted(int asked) {
    return new IllegalStateException(
        ("guest-physical memory is exhausted: asked for %d contiguous pages, %d of %d are free;"
                + " wanted more of it (setting memory, --memory on the command line)")
            .formatted(asked, total - inUse, total));
  }
}
