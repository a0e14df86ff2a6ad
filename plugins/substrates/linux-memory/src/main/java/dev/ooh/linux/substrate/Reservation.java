package dev.ooh.linux.substrate;

import static dev.ooh.linux.call.MappingFlags.MADV_DONTDUMP;
import static dev.ooh.linux.call.MappingFlags.MAP_ANONYMOUS;
import static dev.ooh.linux.call.MappingFlags.MAP_FIXED;
import static dev.ooh.linux.call.MappingFlags.MAP_NORESERVE;
import static dev.ooh.linux.call.MappingFlags.MAP_PRIVATE;
import static dev.ooh.linux.call.MappingFlags.MAP_SHARED;
import static dev.ooh.linux.call.MappingFlags.PROT_READ;
import static dev.ooh.linux.call.MappingFlags.PROT_WRITE;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A span of this process's addresses that one address space owns. Where no region is mapped, it
 * maps a file of length 0: an access there raises SIGBUS, which the JVM turns into an error, where
 * PROT_NONE would raise SIGSEGV and end the process. It costs addresses only, no memory; and is
 * left out of core dumps, for which the kernel would try each of its pages.
 */
final class Reservation implements AutoCloseable {
  private final LinuxCalls calls;
  private final int holes;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment all;

  Reservation(LinuxCalls calls) throws CallException {
    this.calls = calls;
    holes = calls.memfdCreate("ooh-holes");
    try {
      Span span = Span.reserve(this::mapHoles);
      all =
          MemorySegment.ofAddress(span.start())
              .reinterpret(span.bytes(), arena, segment -> unmapAll(span));
    } catch (CallException e) {
      calls.closeDescriptor(holes);
      throw e;
    }
  }

  MemorySegment all() {
    return all;
  }

  long start() {
    return all.address();
  }

  long end() {
    return all.address() + all.byteSize();
  }

  /** Maps zeroed private memory at a place inside. */
  void mapAnonymous(long address, long bytes) throws CallException {
    calls.mmap(
        address,
        bytes,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
        -1,
        0);
  }

  /** Maps a descriptor's contents, shared, at a place inside. */
  void mapShared(long address, long bytes, int fd) throws CallException {
    calls.mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  }

  /** Makes a place inside a hole again. */
  void punch(long address, long bytes) throws CallException {
    mapHoles(address, bytes, MAP_FIXED);
  }

  private long mapHoles(long address, long bytes, int flags) throws CallException {
    long start =
        calls.mmap(
            address, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | flags, holes, 0);
    calls.madvise(start, bytes, MADV_DONTDUMP);
    return start;
  }

  private void unmapAll(Span span) {
    try {
      calls.munmap(span.start(), span.bytes());
    } catch (CallException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } finally {
      calls.closeDescriptor(holes);
    }
  }

  /** Waits for running accesses, makes later ones throw, and unmaps. */
  @Override
  public void close() {
    arena.close();
  }
}
