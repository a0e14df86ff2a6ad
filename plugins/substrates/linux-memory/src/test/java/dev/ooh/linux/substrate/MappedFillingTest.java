package dev.ooh.linux.substrate;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFillingTest {
  private static final int PAGE = 4096;

  /** More than preadv(2) takes at once. */
  private static final int PAGES = 2600;

  @TempDir private Path directory;

  /** Page i is full of i + first, as a byte. */
  private Path file(String name, int pages, int first) throws IOException {
    byte[] bytes = new byte[pages * PAGE];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i / PAGE + first);
    }
    return Files.write(directory.resolve(name), bytes);
  }

  @Test
  void copiesLieOnTopOfWhatIsMappedAndFilesMayGo() throws Exception {
    Path below = file("below", PAGES, 0);
    Path above = file("above", PAGES / 2, 100);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map((long) PAGES * PAGE, 0, false, arena);
      try (FileContents.Filling filling = AnonymousMemory.fill(memory)) {
        assertThat(filling.mostMappings()).isPositive();
        filling.map(below, PAGE, memory.address(), (long) (PAGES - 1) * PAGE);
        for (int i = 0; i < PAGES / 2; i++) {
          filling.copy(above, (long) i * PAGE, memory.address() + (2L * i + 1) * PAGE, PAGE);
        }
        filling.zero(memory.address() + 4 * PAGE, PAGE);
      }
      Files.delete(below);
      Files.delete(above);
      memory.set(JAVA_BYTE, 6 * PAGE, (byte) -1);
      for (int i = 0; i < PAGES - 1; i++) {
        byte expected = (byte) (i % 2 == 0 ? i + 1 : i / 2 + 100);
        expected = i == 4 ? 0 : expected;
        assertThat(memory.get(JAVA_BYTE, (long) i * PAGE + 7)).as("page %d", i).isEqualTo(expected);
      }
    }
  }

  @Test
  void aFileThatEndsEarlyIsNamed() throws Exception {
    Path file = file("short", 3, 1);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map(10 * PAGE, 0, false, arena);
      FileContents.Filling filling = AnonymousMemory.fill(memory);
      for (int i = 0; i < 5; i++) {
        filling.copy(file, (long) i * PAGE, memory.address() + 2L * i * PAGE, PAGE);
      }
      assertThatThrownBy(filling::close)
          .isInstanceOf(IOException.class)
          .hasMessage(file + " at offset 12288: found the end, wanted 4096 bytes more");
      assertThatThrownBy(
              () -> {
                try (FileContents.Filling other = AnonymousMemory.fill(memory)) {
                  other.map(directory.resolve("none"), 0, memory.address(), PAGE);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("none");
    }
  }

  @Test
  void onlyWholePagesOfTheMemoryAreFilled() throws Exception {
    Path file = file("file", 3, 1);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map(2 * PAGE, 0, false, arena);
      try (FileContents.Filling filling = AnonymousMemory.fill(memory)) {
        for (long[] wrong :
            new long[][] {{-PAGE, PAGE}, {0, 3 * PAGE}, {8, PAGE}, {0, 5}, {0, 0}}) {
          assertThatThrownBy(() -> filling.map(file, 0, memory.address() + wrong[0], wrong[1]))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("wanted whole pages of");
        }
      }
    }
  }

  @Test
  void aFilledRegionCountsAsMappedAnew() throws Exception {
    Path file = file("file", 3, 1);
    List<String> told = new ArrayList<>();
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("filled"))) {
      Region region = space.map(RegionRequest.anonymous("r", 4 * PAGE));
      space.addListener(
          new AddressSpace.Listener() {
            @Override
            public void unmapped(AddressSpace of, PageSet pages) {
              told.add("unmapped " + pages.equals(region.pages()));
            }

            @Override
            public void mapped(AddressSpace of, Region mapped) {
              told.add("mapped " + mapped.equals(region));
            }
          });
      FileContents contents = space.facility(FileContents.class).orElseThrow();
      try (FileContents.Filling filling = contents.fill(region)) {
        filling.map(file, 0, region.start() + PAGE, 3 * PAGE);
        assertThat(told).isEmpty();
      }
      assertThat(told).containsExactly("unmapped true", "mapped true");
      assertThat(space.memory().getByte(region.start())).isZero();
      assertThat(space.memory().getByte(region.start() + 3 * PAGE)).isEqualTo((byte) 3);
      Region none = new Region("none", region.end() + (1L << 30), PAGE);
      assertThatThrownBy(() -> contents.fill(none))
          .isInstanceOf(MemoryAccessException.class)
          .hasMessageContaining("wanted a mapped region of private memory");
    }
  }
}
