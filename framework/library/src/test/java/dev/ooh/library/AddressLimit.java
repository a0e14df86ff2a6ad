package dev.ooh.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many addresses this process may map, until it is closed: enough for whatever a JVM does
 * unasked, too few for an address space. setrlimit(2) with {@code struct rlimit {u64 cur, max}}.
 */
final class AddressLimit implements AutoCloseable {
  private static final int RLIMIT_AS = 9;
  private static final long MORE = 2L << 30;

  private final long usual;

  private AddressLimit(long usual) {
    this.usual = usual;
  }

  static AddressLimit twoGibibytesMore() throws IOException {
    long mapped =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmSize:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
            .findFirst()
            .orElseThrow();
    return new AddressLimit(change(mapped + MORE));
  }

  /** Returns what was set before. */
  private static long change(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(16, 8);
      call("getrlimit", limits);
      long before = limits.get(JAVA_LONG, 0);
      limits.set(JAVA_LONG, 0, bytes);
      call("setrlimit", limits);
      return before;
    }
  }

  private static void call(String name, MemorySegment limits) {
    Linker linker = Linker.nativeLinker();
    int result;
    try {
      result =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().find(name).orElseThrow(),
                      FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS))
                  .invokeExact(RLIMIT_AS, limits);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
    if (result != 0) {
      throw new IllegalStateException(name + ": found " + result + ", wanted 0");
    }
  }

  @Override
  public void close() {
    change(usual);
  }
}
