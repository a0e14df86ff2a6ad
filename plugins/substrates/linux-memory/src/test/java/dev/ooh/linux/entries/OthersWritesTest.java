package dev.ooh.linux.entries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.entries.MappedMemory.Kind;
import dev.ooh.linux.entries.Watcher.Way;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel writes to tracked memory on behalf of somebody, as for a debugger. */
@Timeout(120)
class OthersWritesTest {
  private static final int PAGE = 5;

  @TempDir Path folder;
  private AddressSpace space;
  private Path onDisk;

  @BeforeEach
  void open() throws Exception {
    space = new LinuxSubstrate().open(SpaceOptions.named("others"));
    onDisk = Files.createTempDirectory(Path.of("target"), "others");
  }

  @AfterEach
  void close() throws Exception {
    space.close();
    try (var files = Files.list(onDisk)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(onDisk);
  }

  /** Each way of watching with each kind of memory that it watches. */
  static List<Arguments> watched() {
    List<Arguments> cases = new ArrayList<>();
    for (Way way : Way.values()) {
      for (Kind kind : Kind.values()) {
        if (!kind.hugetlb() && way.watches(kind)) {
          cases.add(Arguments.of(way, kind));
        }
      }
    }
    return cases;
  }

  private static void processVmWritev(long address) throws Exception {
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      calls.processVmWritev(
          ProcessHandle.current().pid(), arena.allocate(8).fill((byte) 9), address, 8);
    }
  }

  private static void procMem(long address) throws IOException {
    try (FileChannel mem = FileChannel.open(Path.of("/proc/self/mem"), StandardOpenOption.WRITE)) {
      mem.write(ByteBuffer.wrap(new byte[] {9, 9, 9, 9, 9, 9, 9, 9}), address);
    }
  }

  @ParameterizedTest
  @MethodSource("watched")
  void aWriteByProcessVmWritevIsReported(Way way, Kind kind) throws Exception {
    try (MappedMemory memory = new MappedMemory(kind, onDisk);
        Watcher watcher = Watcher.of(way, space, memory.pages())) {
      processVmWritev(memory.page(PAGE));
      assertThat(watcher.fetch().contains(memory.page(PAGE))).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("watched")
  void aWriteThroughProcMemIsReportedOrFailsAsAWhole(Way way, Kind kind) throws Exception {
    try (MappedMemory memory = new MappedMemory(kind, onDisk);
        Watcher watcher = Watcher.of(way, space, memory.pages())) {
      if (way == Way.SYNCHRONOUS) {
        byte[] before = memory.contents();
        assertThatThrownBy(() -> procMem(memory.page(PAGE)))
            .isInstanceOf(IOException.class)
            .hasMessage("Input/output error");
        assertThat(memory.contents()).as("nothing is stored").isEqualTo(before);
        memory.segment(PAGE).fill((byte) 8); // One way out: the page is open after a store to it.
      }
      procMem(memory.page(PAGE));
      assertThat(watcher.fetch().contains(memory.page(PAGE))).isTrue();
      assertThat(memory.segment(PAGE).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
    }
  }
}
