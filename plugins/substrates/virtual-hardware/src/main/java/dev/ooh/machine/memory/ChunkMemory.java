package dev.ooh.machine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Where a {@link MemoryPool} has its chunks from. On Linux they are of mappings that ask for huge
 * pages: a chunk costs one fault then, where a page of 4 KiB after the other cost 512, and each of
 * those takes longer than much of what is simulated, most of all in a guest whose page tables its
 * host shadows. A kernel that grants none, or no part of a chunk before it is touched, is asked for
 * no more than others are. Elsewhere they are of the C library's heap.
 *
 * <p>For one thread at a time.
 */
final class ChunkMemory implements AutoCloseable {
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  /** What is mapped at once; nothing of it is there before it is touched. */
  private static final long MAPPED = 64L << 20;

  private final Arena arena = Arena.ofShared();
  private long next;
  private long end;

  /**
   * The native address of a chunk of zeros that nobody else has, aligned to 4 KiB at least.
   *
   * @param left how many chunks may still be asked for, this one included
   * @throws OutOfMemoryError when the machine that this runs on has none
   */
  long take(long left) {
    if (!LINUX) {
      return arena.allocate(HostMemory.LARGE_FRAME, HostMemory.FRAME).address();
    }
    if (next == end) {
      long bytes = Math.min(MAPPED, left * HostMemory.LARGE_FRAME);
      next = Kernel.map(arena, bytes);
      end = next + bytes;
    }
    long chunk = next;
    next += HostMemory.LARGE_FRAME;
    return chunk;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Numbers of {@code asm-generic/mman-common.h}, which x86-64 and aarch64 have. */
  private static final class Kernel {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private static final MethodHandle MMAP =
        function(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MADVISE =
        function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP =
        function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private static MethodHandle function(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
    }

    /** Maps so many bytes, aligned to a huge page, until the arena is closed. */
    static long map(Arena arena, long bytes) {
      long mapped = bytes + HostMemory.LARGE_FRAME;
      try {
        long address =
            (long)
                MMAP.invokeExact(
                    0L, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
        if (address == MAP_FAILED) {
          throw new OutOfMemoryError(
              "the kernel refuses %d bytes for the virtual machine".formatted(mapped));
        }
        MemorySegment _ =
            MemorySegment.ofAddress(address).reinterpret(mapped, arena, Kernel::unmap);
        long aligned = Math.ceilDiv(address, HostMemory.LARGE_FRAME) * HostMemory.LARGE_FRAME;
        int _ = (int) MADVISE.invokeExact(aligned, bytes, MADV_HUGEPAGE); // advice only
        return aligned;
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    private static void unmap(MemorySegment mapped) {
      try {
        int _ = (int) MUNMAP.invokeExact(mapped, mapped.byteSize());
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    private static RuntimeException unexpected(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
  }
}
