package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestPartsTest {
  private static final long PAGE = FaultHandler.PAGE;
  private static final long BLOCK = FaultHandler.BLOCK;

  @Test
  void whatIsAnsweredInTimeIsLeftAlone() {
    PageSet few = PageSet.of(PAGE, 3 * PAGE);
    assertThat(RequestParts.of(few, 1, BLOCK)).singleElement().isSameAs(few);
    assertThat(RequestParts.of(PageSet.empty(), 1, BLOCK)).containsExactly(PageSet.empty());
  }

  /** Together they are what was asked for, in its order, and no block is cut in two. */
  @Test
  void noPartIsLargerThanWanted() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      PageSet.Builder builder = PageSet.builder();
      long at = 0;
      for (int run = random.nextInt(40); run >= 0; run--) {
        at += random.nextLong(1, 700) * PAGE;
        builder.add(at, at += random.nextLong(1, random.nextBoolean() ? 4 : 3000) * PAGE);
      }
      PageSet ranges = builder.build();
      int mostRuns = random.nextInt(1, 8);
      long mostBytes = random.nextInt(1, 5) * BLOCK;
      List<PageSet> parts = RequestParts.of(ranges, mostRuns, mostBytes);
      PageSet together = PageSet.empty();
      for (PageSet part : parts) {
        assertThat(part.runCount()).as("seed %d", seed).isBetween(1, mostRuns);
        assertThat(part.bytes()).as("seed %d", seed).isLessThanOrEqualTo(mostBytes);
        long start = part.runStart(0);
        assertThat(together.isEmpty() || together.runEnd(together.runCount() - 1) <= start)
            .as("seed %d", seed)
            .isTrue();
        assertThat(start % BLOCK == 0 || startsRun(ranges, start)).as("seed %d", seed).isTrue();
        together = together.union(part);
      }
      assertThat(together).as("seed %d", seed).isEqualTo(ranges);
    }
  }

  private static boolean startsRun(PageSet ranges, long start) {
    for (int run = 0; run < ranges.runCount(); run++) {
      if (ranges.runStart(run) == start) {
        return true;
      }
    }
    return false;
  }
}
