package dev.ooh.linux.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappingLimitTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @TempDir Path folder;
  private Path limitFile;
  private Path mappings;

  @BeforeEach
  void aProcessOfTwoMappings() throws IOException {
    limitFile = folder.resolve("max_map_count");
    mappings =
        Files.writeString(
            folder.resolve("maps"),
            """
            10000000-20000000 rw-p 00000000 00:00 0
            20000000-20001000 rw-p 00000000 00:00 0                                  [heap]
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            """);
  }

  private MappingLimit limit(long beyondTheReserve) throws IOException {
    Files.writeString(limitFile, MappingLimit.RESERVE + beyondTheReserve + "\n");
    return new MappingLimit(limitFile, mappings);
  }

  /** Every second page of the first mapping, which has one run at its start. */
  private static PageSet segments(int count) {
    PageSet.Builder pages = PageSet.builder();
    for (int i = 0; i < count; i++) {
      pages.addPage(0x1000_0000L + 2L * i * PAGE);
    }
    return pages.build();
  }

  @Test
  void countsTheSplitsExactly() throws Exception {
    PageSet three = segments(3).union(PageSet.of(0x2000_0000L, 0x2000_1000L));
    limit(3 + 5).admit(() -> "s", () -> three);
    assertThatThrownBy(() -> limit(3 + 4).admit(() -> "s", () -> three))
        .isInstanceOf(FacilityException.class);
  }

  @Test
  void theRefusalNamesWhatWasFoundAndWantedAndTheRemedy() throws Exception {
    assertThatThrownBy(() -> limit(10).admit(() -> "region r", () -> segments(100)))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(
            "adopt region r: tracking it splits mappings; found 3 of at most %d, wanted %d",
            MappingLimit.RESERVE + 10, 3 + 199)
        .satisfies(
            e ->
                assertThat(((FacilityException) e).remedy())
                    .contains("sysctl -w vm.max_map_count=" + 2 * (202 + MappingLimit.RESERVE)));
  }

  /** The work of counting grows with the logarithm of how many are added. */
  @Test
  void looksSeldom() throws Exception {
    MappingLimit limit = limit(62_000);
    for (int added = 1; added <= 30_000; added++) {
      int count = added;
      limit.admit(() -> "s", () -> segments(count));
    }
    assertThat(limit.looks()).isLessThan(30);
  }

  @Test
  void withoutProcNobodyIsRefused() throws Exception {
    new MappingLimit(folder.resolve("nothing"), mappings).admit(() -> "s", () -> segments(1));
  }
}
