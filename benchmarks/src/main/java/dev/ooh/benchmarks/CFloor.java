package dev.ooh.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * The C side: {@code floor.c}, built by the machine's compiler and loaded into this process. Its
 * mappings stay until the process ends.
 */
final class CFloor implements TrackedMemory {
  private final long pages;
  private final MethodHandle dirty;
  private final MethodHandle fetch;
  private final MethodHandle writeEachPage;
  private final MethodHandle armFaults;
  private final MethodHandle faultEachPage;

  CFloor(int mebibytes) {
    pages = (long) mebibytes << 8;
    SymbolLookup library = SymbolLookup.libraryLookup(build(), Arena.global());
    call(function(library, "floor_open", ValueLayout.JAVA_LONG), (long) mebibytes);
    dirty = function(library, "floor_dirty", ValueLayout.JAVA_INT);
    fetch =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow("floor_fetch"), FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    writeEachPage = function(library, "floor_write_each_page");
    armFaults = function(library, "floor_arm_faults");
    faultEachPage = function(library, "floor_fault_each_page");
  }

  private static Path build() {
    try {
      Path folder = FileTree.temporaryUntilExit("ooh-floor");
      Path source = folder.resolve("floor.c");
      Path library = folder.resolve("libfloor.so");
      try (InputStream in = CFloor.class.getResourceAsStream("floor.c")) {
        Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
      }
      int status =
          new ProcessBuilder(
                  "cc",
                  "-O2",
                  "-shared",
                  "-fPIC",
                  "-pthread",
                  "-o",
                  library.toString(),
                  source.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("cc ended with " + status + ", wanted 0");
      }
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while cc ran", e);
    }
  }

  private static MethodHandle function(
      SymbolLookup library, String name, MemoryLayout... parameters) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), FunctionDescriptor.ofVoid(parameters));
  }

  private static void call(MethodHandle function, Object... arguments) {
    try {
      function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public long pages() {
    return pages;
  }

  @Override
  public void dirty(int percent) {
    call(dirty, percent);
  }

  @Override
  public long fetch() {
    try {
      return (long) fetch.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void writeEachPage() {
    call(writeEachPage);
  }

  @Override
  public void armFaults() {
    call(armFaults);
  }

  @Override
  public void faultEachPage() {
    call(faultEachPage);
  }

  @Override
  public void close() {}
}
