package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotPagesTest {
  private static final long PAGE = FaultHandler.PAGE;

  @Test
  void pagesThatAreAddedAndThoseThatWereAskedForHaveAPlaceEach() {
    SnapshotPages pages = new SnapshotPages(pages(10, 20, 30, 31));
    // Before, across both ends, between and behind; one run has both that were asked for.
    pages.add(pages(2, 4, 8, 12, 18, 33, 40, 41));

    Set<Integer> places = new HashSet<>();
    for (long page = 0; page < 50; page++) {
      boolean in = (page >= 2 && page < 4) || (page >= 8 && page < 33) || page == 40;
      int index = pages.index(page * PAGE);
      assertThat(index >= 0).as("page %d", page).isEqualTo(in);
      if (in) {
        assertThat(places.add(index)).as("page %d has a place of its own", page).isTrue();
        assertThat(pages.state(index)).isEqualTo(SnapshotPages.OWED);
        pages.state(index, (int) page);
      }
    }
    for (long page = 8; page < 33; page++) {
      assertThat(pages.state(pages.index(page * PAGE))).isEqualTo((int) page);
    }
  }

  private static long[] pages(long... numbers) {
    long[] addresses = new long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      addresses[i] = numbers[i] * PAGE;
    }
    return addresses;
  }
}
