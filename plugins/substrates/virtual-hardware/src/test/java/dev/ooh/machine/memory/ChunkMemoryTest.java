package dev.ooh.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChunkMemoryTest {
  private static final long CHUNK = HostMemory.LARGE_FRAME;

  /** One more than a mapping holds. */
  private static final int MANY = 33;

  private static final Path SIZE = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");

  @BeforeAll
  static void needHugePages() throws IOException {
    assumeTrue(
        Files.exists(SIZE) && Files.readString(SIZE).strip().equals("" + CHUNK),
        "needs Linux with transparent huge pages of 2 MiB");
  }

  @Test
  void chunksAreZeroApartAndAlignedToHugePages() {
    try (ChunkMemory memory = new ChunkMemory()) {
      List<Long> chunks = new ArrayList<>();
      for (int left = MANY; left > 0; left--) {
        long chunk = memory.take(left);
        assertThat(chunk % CHUNK).isZero();
        for (long at = 0; at < CHUNK; at += HostMemory.FRAME) {
          assertThat(HostMemory.EVERYTHING.get(HostMemory.LONG, chunk + at)).isZero();
          HostMemory.EVERYTHING.set(HostMemory.LONG, chunk + at, left);
        }
        chunks.add(chunk);
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(HostMemory.EVERYTHING.get(HostMemory.LONG, chunks.get(i))).isEqualTo(MANY - i);
      }
    }
  }

  /** Whether the kernel then grants them depends on what else the machine has to do. */
  @Test
  void hugePagesAreAskedForUntilItIsClosed() throws IOException {
    List<Long> chunks = new ArrayList<>();
    try (ChunkMemory memory = new ChunkMemory()) {
      for (int left = MANY; left > 0; left--) {
        chunks.add(memory.take(left));
      }
      for (long chunk : chunks) {
        assertThat(flags(chunk)).hasValueSatisfying(flags -> assertThat(flags).contains("hg"));
        assertThat(flags(chunk + CHUNK - 1)).isEqualTo(flags(chunk));
      }
    }
    for (long chunk : chunks) { // nothing, or what others have mapped there since
      assertThat(flags(chunk))
          .satisfiesAnyOf(
              flags -> assertThat(flags).isEmpty(),
              flags -> assertThat(flags.orElseThrow()).doesNotContain("hg"));
    }
  }

  /** The VmFlags of the mapping that the address is in. */
  private static Optional<List<String>> flags(long address) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-");
        inside =
            Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
      } else if (inside && line.startsWith("VmFlags:")) {
        return Optional.of(List.of(line.substring("VmFlags:".length()).strip().split(" ")));
      }
    }
    return Optional.empty();
  }
}
