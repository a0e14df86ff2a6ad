package dev.ooh.linux.entries;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.entries.MappedMemory.Kind;
import dev.ooh.linux.traps.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What takes or replaces a page's entry, by the program's wish or the kernel's own. */
enum Taker {
  NOTHING {
    @Override
    void take(MappedMemory memory, Path folder) {}
  },
  /** Advice about a part of a huge page splits it; pages of zeros become the shared zero page. */
  SPLIT {
    @Override
    void take(MappedMemory memory, Path folder) {
      Native.madvise(memory.page(NEIGHBOUR), MappedMemory.PAGE, Native.MADV_COLD);
    }
  },
  /** Anonymous pages leave only where there is swap. */
  PAGE_OUT {
    @Override
    void take(MappedMemory memory, Path folder) throws IOException {
      if (memory.kind != Kind.SHARED_FILE && memory.kind != Kind.PRIVATE_FILE) {
        assumeTrue(Files.readAllLines(Path.of("/proc/swaps")).size() > 1, "no swap: swapon");
      }
      Native.madvise(memory.start(), memory.bytes, Native.MADV_PAGEOUT);
    }
  },
  FREE {
    @Override
    boolean applies(Kind kind) {
      return !kind.shared();
    }

    @Override
    void take(MappedMemory memory, Path folder) {
      // Of a private file only the pages that were copied are freed; one at a time where they lie.
      int last = (int) (memory.bytes / MappedMemory.PAGE) - 1;
      for (int page : new int[] {WRITTEN, NEIGHBOUR, last}) {
        Native.tryMadvise(memory.page(page), MappedMemory.PAGE, Native.MADV_FREE);
      }
      Native.madvise(memory.start(), memory.bytes, Native.MADV_PAGEOUT);
    }
  },
  DISCARD {
    @Override
    void take(MappedMemory memory, Path folder) {
      Native.madvise(memory.start(), memory.bytes, Native.MADV_DONTNEED);
    }
  },
  DISCARD_ONE {
    @Override
    void take(MappedMemory memory, Path folder) {
      Native.madvise(memory.page(WRITTEN), MappedMemory.PAGE, Native.MADV_DONTNEED);
      Native.madvise(memory.page(NEIGHBOUR), MappedMemory.PAGE, Native.MADV_DONTNEED);
    }
  },
  REMOVE {
    @Override
    boolean applies(Kind kind) {
      return kind.shared();
    }

    @Override
    void take(MappedMemory memory, Path folder) {
      Native.madvise(memory.start(), memory.bytes, Native.MADV_REMOVE);
    }
  },
  PUNCH {
    @Override
    boolean applies(Kind kind) {
      return kind.file();
    }

    @Override
    void take(MappedMemory memory, Path folder) {
      Native.punchHole(memory.fd(), 0, memory.bytes);
    }
  },
  TRUNCATE {
    @Override
    boolean applies(Kind kind) {
      return kind.file();
    }

    @Override
    void take(MappedMemory memory, Path folder) {
      Native.ftruncate(memory.fd(), 0);
      Native.ftruncate(memory.fd(), memory.bytes);
    }
  },
  COLLAPSE {
    @Override
    void take(MappedMemory memory, Path folder) {
      Native.tryMadvise(memory.start(), memory.bytes, Native.MADV_HUGEPAGE);
      Native.tryMadvise(memory.start(), memory.bytes, Native.MADV_COLLAPSE);
    }
  },
  MERGE {
    @Override
    boolean applies(Kind kind) {
      return !kind.shared();
    }

    @Override
    void take(MappedMemory memory, Path folder) throws IOException {
      merge(memory);
    }
  },
  MERGE_AND_UNMERGE {
    @Override
    boolean applies(Kind kind) {
      return MERGE.applies(kind);
    }

    @Override
    void take(MappedMemory memory, Path folder) throws IOException {
      merge(memory);
      Native.madvise(memory.start(), memory.bytes, Native.MADV_UNMERGEABLE);
    }
  },
  PROTECT {
    @Override
    void take(MappedMemory memory, Path folder) {
      Native.mprotect(memory.start(), memory.bytes, MappingFlags.PROT_NONE);
      Native.mprotect(
          memory.start(), memory.bytes, MappingFlags.PROT_READ | MappingFlags.PROT_WRITE);
    }
  },
  FORK {
    @Override
    void take(MappedMemory memory, Path folder) throws Exception {
      // The child stores nothing: to shared memory that would be another mapping's store.
      Native.forkAndWrite(folder, memory.start(), 0);
    }
  },
  COMPACT {
    @Override
    void take(MappedMemory memory, Path folder) throws IOException {
      Path compact = Path.of("/proc/sys/vm/compact_memory");
      assumeTrue(Files.isWritable(compact), "may not write " + compact);
      Files.writeString(compact, "1");
    }
  },
  MOVE_THERE_AND_BACK {
    @Override
    void take(MappedMemory memory, Path folder) throws Exception {
      try (MappedMemory elsewhere = new MappedMemory(Kind.ANONYMOUS, memory.bytes, folder)) {
        Native.mremap(memory.start(), memory.bytes, elsewhere.start());
        Native.mremap(elsewhere.start(), memory.bytes, memory.start());
      }
    }
  },
  REPLACE {
    @Override
    void take(MappedMemory memory, Path folder) throws Exception {
      memory.map();
    }
  },
  REPLACE_A_PART {
    @Override
    boolean applies(Kind kind) {
      return kind.anonymous();
    }

    @Override
    void take(MappedMemory memory, Path folder) throws Exception {
      Native.mmapOver(memory.page(WRITTEN), 2L * MappedMemory.PAGE);
    }
  },
  UNMAP_AND_MAP {
    @Override
    void take(MappedMemory memory, Path folder) throws Exception {
      Native.munmap(memory.start(), memory.bytes);
      memory.map();
    }
  };

  /** The page that is written before the entry is taken. */
  static final int WRITTEN = 5;

  static final int NEIGHBOUR = 100;
  private static final Path KSM = Path.of("/sys/kernel/mm/ksm");

  boolean applies(Kind kind) {
    return true;
  }

  /** Whether it makes copies of a private mapping's pages read as their file again. */
  boolean discards() {
    return this == DISCARD || this == DISCARD_ONE;
  }

  /**
   * Whether it takes contents from the file or shared memory itself, as another process may: what
   * this mapping did not write changes then without a trace, as by a write to the file.
   */
  boolean changesTheFileOf(Kind kind) {
    return kind.shared() && (this == REMOVE || this == PUNCH || this == TRUNCATE);
  }

  /** Whether the registration goes with the mapping, which a fetch notices and gives as reason. */
  boolean takesTheMapping() {
    return this == MOVE_THERE_AND_BACK
        || this == REPLACE
        || this == REPLACE_A_PART
        || this == UNMAP_AND_MAP;
  }

  /** Skips the test where this machine or user lacks what it takes. */
  abstract void take(MappedMemory memory, Path folder) throws Exception;

  /** Waits for the kernel's merging thread to have gone over everything twice. */
  private static void merge(MappedMemory memory) throws IOException {
    assumeTrue(
        Files.exists(KSM) && Files.readString(KSM.resolve("run")).strip().equals("1"),
        "needs kernel same-page merging: echo 1 > /sys/kernel/mm/ksm/run");
    Native.madvise(memory.start(), memory.bytes, Native.MADV_MERGEABLE);
    long before = scans();
    while (scans() < before + 3) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static long scans() throws IOException {
    return Long.parseLong(Files.readString(KSM.resolve("full_scans")).strip());
  }
}
