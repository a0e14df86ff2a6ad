package dev.ooh.linux.traps;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/**
 * Memory that the kernel maps as a device's (VM_PFNMAP), which no scan walks: the buffer of a
 * perf_event_open(2), since Linux 6.14.
 */
public final class DeviceMemory implements AutoCloseable {
  private static final int PERF_EVENT_OPEN =
      System.getProperty("os.arch").equals("amd64") ? 298 : 241;
  private static final int PERF_TYPE_SOFTWARE = 1;
  private static final long PERF_COUNT_SW_DUMMY = 9;
  private static final int ATTRIBUTE_BYTES = 128;

  /** One of a header, and a power of two. */
  private static final int PAGES = 5;

  private final LinuxCalls calls = new LinuxCalls();
  private final int fd;
  private final long start;

  /** Skips the test where this kernel or user has none. */
  public DeviceMemory() throws Exception {
    fd = openEvent();
    assumeTrue(fd >= 0, "needs perf_event_open: sysctl kernel.perf_event_paranoid=1");
    start =
        calls.mmap(
            0,
            (long) PAGES * PageSet.PAGE_SIZE,
            MappingFlags.PROT_READ | MappingFlags.PROT_WRITE,
            MappingFlags.MAP_SHARED,
            fd,
            0);
    if (!Smaps.flags(start).contains("pf")) {
      close();
      abort("needs Linux 6.14: the buffers of perf are ordinary memory here");
    }
  }

  private static int openEvent() {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
      attribute.set(JAVA_INT, 0, PERF_TYPE_SOFTWARE);
      attribute.set(JAVA_INT, 4, ATTRIBUTE_BYTES);
      attribute.set(JAVA_LONG, 8, PERF_COUNT_SW_DUMMY);
      attribute.set(JAVA_LONG, 40, 1); // disabled
      return (int)
          (long)
              linker
                  .downcallHandle(
                      linker.defaultLookup().find("syscall").orElseThrow(),
                      FunctionDescriptor.of(
                          JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                      Linker.Option.firstVariadicArg(1))
                  .invokeExact((long) PERF_EVENT_OPEN, attribute, 0, -1, -1, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("perf_event_open", e);
    }
  }

  public PageSet pages() {
    return PageSet.of(start, start + (long) PAGES * PageSet.PAGE_SIZE);
  }

  @Override
  public void close() throws Exception {
    calls.munmap(start, (long) PAGES * PageSet.PAGE_SIZE);
    calls.closeDescriptor(fd);
    calls.close();
  }
}
