package dev.ooh.linux.traps;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a program can do to its memory behind the substrate's back. */
final class Native {
  static final int MADV_DONTNEED = 4;
  static final int MADV_PAGEOUT = 21;
  private static final int MREMAP_MAYMOVE = 1;
  private static final Linker LINKER = Linker.nativeLinker();

  private static final String FORK =
      """
      #include <sys/wait.h>
      #include <unistd.h>
      int fork_and_write(long address, long bytes) {
        pid_t child = fork();
        if (child == 0) {
          for (long at = 0; at < bytes; at += 4096) *(volatile char *) (address + at) = 99;
          _exit(0);
        }
        int status = -1;
        return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
      }
      """;

  private Native() {}

  private static Object call(String name, FunctionDescriptor type, Object... arguments) {
    return call(LINKER.defaultLookup(), name, type, arguments);
  }

  private static Object call(
      SymbolLookup library, String name, FunctionDescriptor type, Object... arguments) {
    try {
      return LINKER
          .downcallHandle(library.find(name).orElseThrow(), type)
          .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  static void mprotect(long address, long bytes, int protection) {
    assertEquals(
        0,
        call(
            "mprotect",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
            address,
            bytes,
            protection));
  }

  static void madvise(long address, long bytes, int advice) {
    assertEquals(
        0,
        call(
            "madvise",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
            address,
            bytes,
            advice));
  }

  /** Maps fresh anonymous memory over whatever is there, as munmap and another mmap do. */
  static void mmapOver(long address, long bytes) throws Exception {
    try (LinuxCalls calls = new LinuxCalls()) {
      calls.mmap(
          address,
          bytes,
          MappingFlags.PROT_READ | MappingFlags.PROT_WRITE,
          MappingFlags.MAP_PRIVATE | MappingFlags.MAP_ANONYMOUS | MappingFlags.MAP_FIXED,
          -1,
          0);
    }
  }

  /** Moves a mapping to wherever a mapping of twice its size fits. */
  static long mremapLarger(long address, long bytes) {
    return (long)
        call(
            "mremap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT),
            address,
            bytes,
            2 * bytes,
            MREMAP_MAYMOVE);
  }

  /** Forks; the child writes one byte to each page and leaves. Needs a C compiler. */
  static void forkAndWrite(Path folder, long address, long bytes) throws Exception {
    Path source = Files.writeString(folder.resolve("fork.c"), FORK);
    Path library = folder.resolve("fork.so");
    try {
      Process compiler =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      assumeTrue(compiler.waitFor(300, TimeUnit.SECONDS) && compiler.exitValue() == 0, "cc failed");
    } catch (IOException e) {
      assumeTrue(false, "no C compiler");
    }
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(
          0,
          call(
              SymbolLookup.libraryLookup(library, arena),
              "fork_and_write",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG),
              address,
              bytes));
    }
  }
}
