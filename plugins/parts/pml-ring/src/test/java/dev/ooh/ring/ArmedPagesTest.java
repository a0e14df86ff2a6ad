package dev.ooh.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArmedPagesTest {
  private static final long PAGE = 4096;

  private final ArmedPages pages = new ArmedPages();

  @Test
  void aWholeAddressSpaceTakesNoRoomUntilItIsReported() {
    PageSet all = PageSet.of(0, RingDevice.END_OF_MEMORY);
    for (int pass = 0; pass < 3; pass++) {
      pages.add(all);
      assertThat(pages.report(0)).isTrue();
      assertThat(pages.report(RingDevice.END_OF_MEMORY - PAGE)).isTrue();
      assertThat(pages.report(0)).isFalse();
    }
    pages.remove(all);
    assertThat(pages.report(5 * PAGE)).isFalse();
    assertThat(pages.watched().isEmpty()).isTrue();
  }

  @Test
  void keepsAsASetOfPagesDoes() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Set<Long> armed = new HashSet<>();
      pages.clear();
      for (int step = 0; step < 200; step++) {
        long first = random.nextLong(1600);
        long last = first + random.nextLong(random.nextBoolean() ? 4 : 1200);
        PageSet range = PageSet.of(first * PAGE, (last + 1) * PAGE);
        boolean add = random.nextBoolean();
        if (add) {
          pages.add(range);
        } else {
          pages.remove(range);
        }
        for (long page = first; page <= last; page++) {
          if (add) {
            armed.add(page);
          } else {
            armed.remove(page);
          }
        }
        for (int i = 0; i < 20; i++) {
          long page = random.nextLong(2800);
          assertThat(pages.report(page * PAGE + 8))
              .as("page %d at step %d of seed %d", page, step, seed)
              .isEqualTo(armed.remove(page));
        }
      }
    }
  }
}
