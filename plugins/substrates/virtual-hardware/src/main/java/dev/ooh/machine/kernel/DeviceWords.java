package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.memory.HostMemory;
import java.util.Objects;

/** A device's memory as the process reaches it that mapped it. On the machine's CPU, there only. */
sealed interface DeviceWords {
  /** The size in bytes. */
  long bytes();

  /**
   * Reads words, the first of them at {@code offset}, into {@code target} from {@code index} on.
   */
  void get(long offset, long[] target, int index, int count);

  void set(long offset, long value);

  /**
   * By the kernel's own accesses, so that they aren't among the process's: for one that tracks
   * itself.
   */
  record Lent(KernelPages pages) implements DeviceWords {
    @Override
    public long bytes() {
      return pages.bytes();
    }

    @Override
    public void get(long offset, long[] target, int index, int count) {
      pages.getLongs(offset, target, index, count);
    }

    @Override
    public void set(long offset, long value) {
      pages.setLong(offset, value);
    }
  }

  /** By its page tables, at {@code start}. */
  record Mapped(Processors processors, long start, long bytes) implements DeviceWords {
    private static final int WORDS_PER_PAGE = HostMemory.FRAME / Long.BYTES;

    @Override
    public void get(long offset, long[] target, int index, int count) {
      Objects.checkFromIndexSize(at(offset) - start, 8L * count, bytes);
      int done = 0;
      while (done < count) {
        long gva = start + offset + 8L * done;
        int part = Math.min(count - done, WORDS_PER_PAGE - (int) (gva & 0xFFF) / Long.BYTES);
        long from = processors.executing().translateForRead(gva);
        for (int i = 0; i < part; i++) {
          target[index + done + i] = HostMemory.EVERYTHING.get(HostMemory.LONG, from + 8L * i);
        }
        done += part;
      }
    }

    @Override
    public void set(long offset, long value) {
      processors.executing().writeVirtual(at(offset), Long.BYTES, value);
    }

    private long at(long offset) {
      if (offset < 0 || offset >= bytes || (offset & 7) != 0) {
        throw new IndexOutOfBoundsException(
            "offset is %d, wanted a multiple of 8 below %d".formatted(offset, bytes));
      }
      return start + offset;
    }
  }
}
