package dev.ooh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RebaseTest {
  private static final int SEEDS = 300;
  private static final long BASE = 1 << 20;

  /** The n-th page of the extent comes to the n-th page of the region, whatever is asked. */
  @Test
  void pagesKeepTheirOrderAndLoseTheirGaps() {
    long first = Long.getLong("ooh.first-seed", System.nanoTime());
    for (long seed = first; seed < first + SEEDS; seed++) {
      Random random = new Random(seed);
      PageSet.Builder builder = PageSet.builder();
      long at = random.nextLong(1L << 35);
      for (int run = 0; run < 1 + random.nextInt(6); run++) {
        long end = at + 1 + random.nextInt(8);
        builder.add(at * PageSet.PAGE_SIZE, end * PageSet.PAGE_SIZE);
        at = end + 1 + random.nextInt(1 << 20);
      }
      PageSet extent = builder.build();
      List<Long> pages = new ArrayList<>();
      extent.forEachPage(pages::add);
      Rebase rebase = new Rebase(extent, BASE);
      for (int question = 0; question < 4; question++) {
        PageSet.Builder asked = PageSet.builder();
        PageSet.Builder wanted = PageSet.builder();
        for (int page = 0; page < pages.size(); page++) {
          if (random.nextBoolean()) {
            asked.addPage(pages.get(page));
            wanted.addPage(BASE + (long) page * PageSet.PAGE_SIZE);
          }
        }
        PageSet recorded = asked.build();
        PageSet moved = wanted.build();
        assertThat(rebase.move(recorded)).as("-Dooh.first-seed=" + seed).isEqualTo(moved);
        assertThat(rebase.move(recorded)).as("-Dooh.first-seed=" + seed).isEqualTo(moved);
      }
    }
  }
}
