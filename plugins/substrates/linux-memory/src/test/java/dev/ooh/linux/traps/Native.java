package dev.ooh.linux.traps;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
public final class Native {
  public static final int MADV_DONTNEED = 4;
  public static final int MADV_FREE = 8;
  public static final int MADV_REMOVE = 9;
  public static final int MADV_MERGEABLE = 12;
  public static final int MADV_UNMERGEABLE = 13;
  public static final int MADV_HUGEPAGE = 14;
  public static final int MADV_COLD = 20;
  public static final int MADV_PAGEOUT = 21;
  public static final int MADV_COLLAPSE = 25;
  private static final int PUNCH_HOLE_KEEP_SIZE = 3;
  private static final int MREMAP_FIXED = 2;
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

  public static void mprotect(long address, long bytes, int protection) {
    assertEquals(
        0,
        call(
            "mprotect",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
            address,
            bytes,
            protection));
  }

  public static void madvise(long address, long bytes, int advice) {
    assertTrue(tryMadvise(address, bytes, advice), () -> "madvise " + advice);
  }

  /** Whether the kernel took the advice. */
  public static boolean tryMadvise(long address, long bytes, int advice) {
    return (int)
            call(
                "madvise",
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
                address,
                bytes,
                advice)
        == 0;
  }

  public static void munmap(long address, long bytes) {
    assertEquals(
        0, call("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG), address, bytes));
  }

  /** Moves a mapping over whatever is at {@code to}; nothing is mapped at its old place then. */
  public static void mremap(long from, long bytes, long to) {
    assertEquals(
        to,
        call(
            "mremap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG),
            from,
            bytes,
            bytes,
            MREMAP_MAYMOVE | MREMAP_FIXED,
            to));
  }

  public static void ftruncate(int fd, long bytes) {
    assertEquals(
        0, call("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG), fd, bytes));
  }

  /** Frees a range of a file without changing its size. */
  public static void punchHole(int fd, long offset, long bytes) {
    assertEquals(
        0,
        call(
            "fallocate",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
            fd,
            PUNCH_HOLE_KEEP_SIZE,
            offset,
            bytes));
  }

  /** Maps fresh anonymous memory over whatever is there, as munmap and another mmap do. */
  public static void mmapOver(long address, long bytes) throws Exception {
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
  public static void forkAndWrite(Path folder, long address, long bytes) throws Exception {
    Path library = library(folder);
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

  /** The compiled {@link #FORK}, made once a folder. */
  private static Path library(Path folder) throws Exception {
    Path library = folder.resolve("fork.so");
    if (Files.exists(library)) {
      return library;
    }
    Path source = Files.writeString(folder.resolve("fork.c"), FORK);
    try {
      Process compiler =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      assumeTrue(compiler.waitFor(300, TimeUnit.SECONDS) && compiler.exitValue() == 0, "cc failed");
    } catch (IOException e) {
      assumeTrue(false, "no C compiler");
    }
    return library;
  }
}
