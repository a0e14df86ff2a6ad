package dev.ooh.machine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Anonymous private memory for which transparent huge pages of 2 MiB are asked ({@code madvise(2)},
 * {@code MADV_HUGEPAGE}); what the kernel does not grant is there in smaller pages. The machine
 * binds these three calls itself, as it depends on no substrate of real memory. The numbers are
 * those of x86-64 and aarch64, the same for both.
 */
final class HugePageMapping {
  /** No address: there are no such pages here, or the kernel has no room for the mapping. */
  static final long REFUSED = -1;

  private static final Path SIZE = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");

  /** Of another size, one huge page would be more than the chunk that is touched. */
  private static final boolean OFFERED = isOffered();

  private static final long ALIGNMENT = HostMemory.LARGE_FRAME;

  private HugePageMapping() {}

  private static boolean isOffered() {
    try {
      return Files.readString(SIZE).strip().equals(Long.toString(HostMemory.LARGE_FRAME));
    } catch (IOException e) {
      return false; // another system, or a kernel without them
    }
  }

  /**
   * Maps zeros, until the arena is closed.
   *
   * @param bytes a multiple of 2 MiB
   * @return the address, aligned to 2 MiB, or {@link #REFUSED}
   */
  static long map(Arena arena, long bytes) {
    if (!OFFERED) {
      return REFUSED;
    }
    long mapped = bytes + ALIGNMENT;
    long address = Calls.mmap(mapped);
    if (address == REFUSED) {
      return REFUSED;
    }
    MemorySegment _ = MemorySegment.ofAddress(address).reinterpret(mapped, arena, Calls::munmap);
    long aligned = Math.ceilDiv(address, ALIGNMENT) * ALIGNMENT;
    Calls.adviseHugePages(aligned, bytes);
    return aligned;
  }

  /** Of the C library; bound when first needed. */
  private static final class Calls {
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int MADV_HUGEPAGE = 14;

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

    /** Returns MAP_FAILED, which is -1, where the kernel refuses. */
    static long mmap(long bytes) {
      try {
        return (long) MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    static void adviseHugePages(long address, long bytes) {
      try {
        int _ = (int) MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE); // a wish
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    static void munmap(MemorySegment mapped) {
      int status;
      try {
        status = (int) MUNMAP.invokeExact(mapped, mapped.byteSize());
      } catch (Throwable e) {
        throw unexpected(e);
      }
      if (status != 0) {
        throw new IllegalStateException(
            "munmap of %d bytes at 0x%x failed".formatted(mapped.byteSize(), mapped.address()));
      }
    }

    /** What a downcall itself threw: nothing that a caller can handle. */
    private static RuntimeException unexpected(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
  }
}
