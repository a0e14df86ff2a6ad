package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageStoresTest {
  /** Page numbers of an address space of 47 bits have more than 31. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 31, (1L << 43) + 5 * PageSet.PAGE_SIZE, (1L << 46) - (300L << 12)})
  void spreadStoresOnceToEachPageAndToNoOther(long start) {
    TestSpace space = new TestSpace();
    long bytes = 500L * PageSet.PAGE_SIZE;
    Region before = map(space, "before", start - bytes, bytes);
    Region region = map(space, "region", start, bytes);
    PageSet pages =
        region
            .pages()
            .minus(PageSet.of(start + 70 * 4096, start + 71 * 4096))
            .minus(PageSet.of(start + 200 * 4096, start + 263 * 4096));
    new PageStores(space).spread(pages, 0x0102030405060708L);
    assertThat(space.memory().takeWritten(before.pages().union(region.pages()))).isEqualTo(pages);
    pages.forEachPage(page -> assertThat(stores(space, page)).isEqualTo(1));
  }

  private static Region map(TestSpace space, String name, long start, long bytes) {
    return space.map(RegionRequest.anonymous(name, bytes).at(start));
  }

  /** How many words of the page aren't zero. */
  private static int stores(TestSpace space, long page) {
    int stores = 0;
    for (long at = page; at < page + PageSet.PAGE_SIZE; at += Long.BYTES) {
      stores += space.memory().getLong(at) == 0 ? 0 : 1;
    }
    return stores;
  }
}
