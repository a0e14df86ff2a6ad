package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowTest {
  private final TestSpace space = new TestSpace();
  private final PageSet all = space.mapPages(4).pages();
  private final Contents contents = new Contents(space.memory());
  private final Shadow shadow = new Shadow(contents);

  @AfterEach
  void close() {
    space.close();
  }

  private PageSet page(int number) {
    long start = all.runStart(0) + (long) number * PageSet.PAGE_SIZE;
    return PageSet.of(start, start + PageSet.PAGE_SIZE);
  }

  /** Of a page that was copied while others stored, a store may be told that its copy has. */
  @Test
  void aPageIsExactAgainWhenItWasFetchedAlone() {
    all.forEachPage(page -> contents.stamp(page, 0));
    shadow.copy(Interval.all(all, "first"), all, true);
    assertThat(shadow.excused()).isEqualTo(PageSet.empty());

    PageSet reported = page(1).union(page(2));
    shadow.copy(Interval.all(reported, "beside writers"), all, false);
    assertThat(shadow.excused()).isEqualTo(reported);

    shadow.copy(Interval.all(PageSet.empty(), "alone"), page(2), true);
    assertThat(shadow.excused()).as("the others were not fetched").isEqualTo(page(1));
    shadow.copy(Interval.all(PageSet.empty(), "alone"), all, true);
    assertThat(shadow.excused()).isEqualTo(PageSet.empty());
  }
}
