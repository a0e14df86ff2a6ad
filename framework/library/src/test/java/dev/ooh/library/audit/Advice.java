package dev.ooh.library.audit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.memory.PageSet;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/** What a program may tell the kernel about its mappings (asm-generic/mman-common.h). */
enum Advice {
  DONTNEED(4),
  MERGEABLE(12),
  UNMERGEABLE(13),
  HUGEPAGE(14),
  NOHUGEPAGE(15),
  COLD(20),
  PAGEOUT(21),
  COLLAPSE(25);

  private static final int PROTECT_NONE = 0;
  private static final int PROTECT_READ_WRITE = 3;

  private final int number;

  Advice(int number) {
    this.number = number;
  }

  /** Whether the kernel took it; some is a wish only. */
  boolean give(PageSet run) {
    return call("madvise", run, number) == 0;
  }

  /** Takes all access and gives it back. */
  static void protectAndUnprotect(PageSet run) {
    if (call("mprotect", run, PROTECT_NONE) != 0
        || call("mprotect", run, PROTECT_READ_WRITE) != 0) {
      throw new IllegalStateException("mprotect " + run + " failed");
    }
  }

  private static int call(String name, PageSet run, int argument) {
    Linker linker = Linker.nativeLinker();
    try {
      return (int)
          linker
              .downcallHandle(
                  linker.defaultLookup().findOrThrow(name),
                  FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT))
              .invokeExact(run.runStart(0), run.bytes(), argument);
    } catch (Throwable e) {
      throw new IllegalStateException(name + " " + run, e);
    }
  }
}
