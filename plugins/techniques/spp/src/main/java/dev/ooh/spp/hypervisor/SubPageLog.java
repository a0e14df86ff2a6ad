package dev.ooh.spp.hypervisor;

import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SubPages;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * What one tracked process has armed, and what of it was written. Takes 8 bytes for each frame up
 * to the highest that was armed.
 */
final class SubPageLog {
  private RingBuffer ring;
  private int granule = SubPages.BYTES;

  /** By frame: the sub-pages that are armed. */
  private int[] armed = new int[0];

  /** By frame: the sub-pages that were written and not collected since. */
  private int[] written = new int[0];

  private final BitSet writtenFrames = new BitSet();

  SubPageLog(RingBuffer ring) {
    this.ring = ring;
  }

  void useRing(RingBuffer next) {
    ring = next;
  }

  void useGranule(int bytes) {
    granule = bytes;
  }

  /** The sub-pages of the frame whose next write is to be seen. */
  int armed(int frame) {
    return frame < armed.length ? armed[frame] : 0;
  }

  void arm(int frame) {
    if (frame >= armed.length) {
      int length = Math.max(frame + 1, armed.length * 2);
      armed = Arrays.copyOf(armed, length);
      written = Arrays.copyOf(written, length);
    }
    armed[frame] = SubPages.ALL;
  }

  /** Forgets the frame, and what was written to it. */
  void disarm(int frame) {
    if (frame < armed.length) {
      armed[frame] = 0;
      written[frame] = 0;
      writtenFrames.clear(frame);
    }
  }

  /** The byte at {@code gpa} is about to be written: its granule is noted, and armed no more. */
  void wrote(long gpa) {
    open((int) (gpa >>> 12), SubPages.block(gpa, granule));
  }

  /** Any of the frame's bytes may be written from now on. */
  void wroteAll(int frame) {
    open(frame, SubPages.ALL);
  }

  private void open(int frame, int subPages) {
    int fresh = armed(frame) & subPages;
    if (fresh != 0) {
      armed[frame] &= ~fresh;
      written[frame] |= fresh;
      writtenFrames.set(frame);
    }
  }

  /** Moves what was written to the ring. */
  void collect() {
    for (int f = writtenFrames.nextSetBit(0); f >= 0; f = writtenFrames.nextSetBit(f + 1)) {
      ring.append(WrittenSubPages.entry(f, written[f]));
      written[f] = 0;
    }
    writtenFrames.clear();
  }

  /** Disarms every frame; calls {@code frames} with those that had been armed. */
  void disarmAll(IntConsumer frames) {
    for (int frame = 0; frame < armed.length; frame++) {
      if (armed[frame] != 0) {
        armed[frame] = 0;
        frames.accept(frame);
      }
    }
  }
}
