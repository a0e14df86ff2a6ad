package dev.ooh.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageSetTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  @Test
  void adjacentAndOverlappingRunsAreJoined() {
    PageSet set =
        PageSet.builder().add(3 * PAGE, 4 * PAGE).add(0, PAGE).add(PAGE, 3 * PAGE).build();
    assertThat(set).isEqualTo(PageSet.of(0, 4 * PAGE));
    assertThat(set.runCount()).isEqualTo(1);
  }

  @Test
  void aBuilderIsEmptyAfterwardsAndItsSetsStayAsTheyAre() {
    PageSet.Builder builder = PageSet.builder();
    List<PageSet> built = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      for (long run = 0; run < 20; run++) {
        builder.add((3 * run + round) * PAGE, (3 * run + round + 1) * PAGE);
      }
      built.add(builder.build());
    }
    for (int round = 0; round < 4; round++) {
      assertThat(built.get(round).runCount()).isEqualTo(20);
      assertThat(built.get(round).pageCount()).isEqualTo(20);
      assertThat(built.get(round).runStart(0)).isEqualTo(round * PAGE);
      assertThat(built.get(round).runEnd(19)).isEqualTo((58 + round) * PAGE);
    }
    assertThat(builder.add(0, PAGE).clear().build()).isSameAs(PageSet.empty());
  }

  @Test
  void ascendingRunsAreJoinedAcrossPortions() {
    long[] words = {0, PAGE, 9, PAGE, 2 * PAGE, 9, 4 * PAGE, 5 * PAGE, 9};
    PageSet.Builder builder = PageSet.builder().addAscending(words, 3, 3);
    PageSet set =
        builder
            .addAscending(new long[] {5 * PAGE, 6 * PAGE}, 2, 1)
            .add(9 * PAGE, 10 * PAGE)
            .build();
    assertThat(set)
        .isEqualTo(
            PageSet.builder()
                .add(9 * PAGE, 10 * PAGE)
                .add(4 * PAGE, 6 * PAGE)
                .add(0, 2 * PAGE)
                .build());
    assertThat(set.pageCount()).isEqualTo(5);
    assertThat(builder.addAscending(new long[0], 2, 0).build()).isSameAs(PageSet.empty());
  }

  @Test
  void runsOutOfOrderAreNamed() {
    assertThatThrownBy(
            () -> PageSet.builder().addAscending(new long[] {PAGE, 2 * PAGE, 0, PAGE}, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("run 1 is [0x0, 0x1000), wanted a non-empty run from 0x2000 on");
    assertThatThrownBy(() -> PageSet.builder().addAscending(new long[] {PAGE, PAGE}, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageSet.builder().addAscending(new long[] {-1, PAGE}, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageSet.of(PAGE, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageSet.of(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageSet.of(0, PAGE).runStart(1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("run 1 of 1");
  }

  @Test
  void aGigabyteIsOneRun() {
    PageSet gigabyte = PageSet.of(1L << 40, (1L << 40) + (1L << 30));
    assertThat(gigabyte.runCount()).isEqualTo(1);
    assertThat(gigabyte.pageCount()).isEqualTo(262144);
    assertThat(gigabyte.intersect(PageSet.of(0, 1L << 50))).isSameAs(gigabyte);
    assertThat(PageSet.of(0, 1L << 50).intersect(gigabyte)).isSameAs(gigabyte);
  }

  @Test
  void cardsOfOnePageCountAsThatPageOnce() {
    PageSet cards = PageSet.builder().add(64, 128).add(512, 576).add(PAGE - 1, PAGE + 1).build();
    assertThat(cards.pageCount()).isEqualTo(2);
    assertThat(cards.bytes()).isEqualTo(130);
    List<Long> pages = new ArrayList<>();
    cards.forEachPage(pages::add);
    assertThat(pages).containsExactly(0L, PAGE);
  }

  @Test
  void aBuilderCanBeUsedAgain() {
    PageSet.Builder builder = PageSet.builder().addPage(5 * PAGE + 17).addPage(0);
    assertThat(builder.build().pageCount()).isEqualTo(2);
    assertThat(builder.build().isEmpty()).isTrue();
    assertThat(builder.addPage(PAGE).build()).isEqualTo(PageSet.of(PAGE, 2 * PAGE));
  }

  @Test
  void textNamesTheFirstRuns() {
    assertThat(PageSet.of(PAGE, 3 * PAGE)).hasToString("2 pages {0x1000-0x3000}");
    PageSet.Builder many = PageSet.builder();
    for (int i = 0; i < 5; i++) {
      many.addPage(2 * i * PAGE);
    }
    assertThat(many.build().toString()).startsWith("5 pages {0x0-0x1000, ").endsWith(", …}");
  }
}
