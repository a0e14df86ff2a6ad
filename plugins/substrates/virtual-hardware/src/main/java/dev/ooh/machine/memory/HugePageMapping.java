package dev.ooh.machine.memory;

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

    /** Of all three, as each further type takes a JVM that has just started a while to link. */
    private static final FunctionDescriptor SIX_INTEGERS =
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle MMAP = function("mmap");
    private static final MethodHandle MADVISE = function("madvise");
    private static final MethodHandle MUNMAP = function("munmap");

    /** Registers that a function has no parameter for, it does not read. */
    private static MethodHandle function(String name) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), SIX_INTEGERS);
    }

    /** Returns MAP_FAILED, which is -1, where the kernel refuses. */
    static long mmap(long bytes) {
      return call(MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    }

    static void adviseHugePages(long address, long bytes) {
      long _ = call(MADVISE, address, bytes, MADV_HUGEPAGE, 0, 0, 0); // a wish
    }

    static void munmap(MemorySegment mapped) {
      if ((int) call(MUNMAP, mapped.address(), mapped.byteSize(), 0, 0, 0, 0) != 0) {
        throw new IllegalStateException(
            "munmap of %d bytes at 0x%x failed".formatted(mapped.byteSize(), mapped.address()));
      }
    }

    private static long call(
        MethodHandle function, long a, long b, long c, long d, long e, long f) {
      try {
        return (long) function.invokeExact(a, b, c, d, e, f);
      } catch (Throwable failure) {
        throw unexpected(failure);
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
