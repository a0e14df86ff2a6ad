package dev.ooh.linux.substrate;

import static dev.ooh.linux.call.MappingFlags.MAP_ANONYMOUS;
import static dev.ooh.linux.call.MappingFlags.MAP_NORESERVE;
import static dev.ooh.linux.call.MappingFlags.MAP_PRIVATE;
import static dev.ooh.linux.call.MappingFlags.PROT_READ;
import static dev.ooh.linux.call.MappingFlags.PROT_WRITE;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Private memory that reads as zeros and of which nothing is there before it is written, where an
 * arena's own is filled with zeros first.
 */
public final class AnonymousMemory {
  private AnonymousMemory() {}

  /**
   * Has the calls linked that {@link #map} makes, by a thread of its own: in a JVM that has just
   * started that takes tens of milliseconds, in which the caller may do something else. Only the
   * first call in a JVM does anything, and no call fails.
   */
  public static void prepare() {
    Preparation.begin();
  }

  /**
   * Maps {@code bytes}, until the arena closes.
   *
   * @param wanted where it is to lie if that is free; 0 for anywhere
   * @param hugePages whether the kernel may back it by pages of 2 MiB
   * @throws OutOfMemoryError if the kernel refuses, with its reason
   * @throws IllegalStateException as {@link LinuxSubstrate#open}
   */
  public static MemorySegment map(long bytes, long wanted, boolean hugePages, Arena arena) {
    LinuxSubstrate.checkUsable();
    try (LinuxCalls calls = new LinuxCalls()) {
      long address =
          calls.mmap(
              wanted,
              bytes,
              PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
              -1,
              0);
      advise(calls, address, bytes, hugePages);
      return MemorySegment.ofAddress(address)
          .reinterpret(bytes, arena, segment -> unmap(segment.address(), bytes));
    } catch (CallException e) {
      throw new OutOfMemoryError(e.getMessage());
    }
  }

  private static void advise(LinuxCalls calls, long address, long bytes, boolean hugePages)
      throws CallException {
    try {
      HugePages.advise(calls, address, bytes, hugePages);
    } catch (CallException e) {
      calls.munmap(address, bytes);
      throw e;
    }
  }

  /**
   * Begins to fill memory that {@link #map} made and nobody tracks yet.
   *
   * @see FileContents
   */
  public static FileContents.Filling fill(MemorySegment memory) {
    return new MappedFilling(memory.address(), memory.byteSize(), () -> {});
  }

  /** Once, when it is first asked for. */
  private static final class Preparation {
    static {
      Thread thread = new Thread(Preparation::mapOnce, "linking of system calls");
      thread.setDaemon(true);
      thread.start();
    }

    static void begin() {}

    private static void mapOnce() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment _ = map(PageSet.PAGE_SIZE, 0, false, arena);
      } catch (IllegalStateException | OutOfMemoryError e) {
        // whoever needs memory is told
      }
    }
  }

  private static void unmap(long address, long bytes) {
    try (LinuxCalls calls = new LinuxCalls()) {
      calls.munmap(address, bytes);
    } catch (CallException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
