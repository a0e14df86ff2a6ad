package dev.ooh.linux.entries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.linux.entries.Watcher.Way;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.linux.traps.Native;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A new mapping over a part ends a scan halfway: what that scan had armed, nobody was told of. */
@Timeout(120)
class ReplacedPartTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long BLOCK = 2L << 20;
  private static final int BLOCKS = 2;

  private AddressSpace space;

  /** As many whole blocks, empty. */
  private PageSet pages;

  @BeforeEach
  void open() {
    space = new LinuxSubstrate().open(SpaceOptions.named("replaced"));
    Region region = space.map(RegionRequest.anonymous("r", (BLOCKS + 1) * BLOCK));
    long start = (region.start() + BLOCK - 1) & -BLOCK;
    pages = PageSet.of(start, start + BLOCKS * BLOCK);
  }

  @AfterEach
  void close() {
    space.close();
  }

  private long page(int number) {
    return pages.runStart(0) + (long) number * PAGE;
  }

  @ParameterizedTest
  @EnumSource(names = {"SCAN", "ASYNCHRONOUS"})
  void whatIsDiscardedAfterwardsIsReported(Way way) throws Exception {
    try (Watcher watcher = Watcher.of(way, space, pages)) {
      space.memory().fill(page(0), BLOCK, (byte) 1);
      Native.mmapOver(page(0) + BLOCK, PAGE);
      assertThat(watcher.fetch()).isEqualTo(pages);
      assertThat(watcher.doubt()).contains("was replaced");

      Native.madvise(page(5), PAGE, Native.MADV_DONTNEED);
      assertThat(watcher.fetch().contains(page(5))).as("its contents went").isTrue();
    }
  }
}
