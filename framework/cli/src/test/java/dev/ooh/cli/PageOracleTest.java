package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import org.junit.jupiter.api.Test;

class PageOracleTest {
  private final AddressSpace space = ToySubstrate.VIRTUAL.open(SpaceOptions.named("t"));
  private final Region region = space.map(RegionRequest.anonymous("r", 8 * PageSet.PAGE_SIZE));
  private final PageOracle oracle = new PageOracle(space.memory());

  private PageSet page(int index) {
    long start = region.start() + (long) index * PageSet.PAGE_SIZE;
    return PageSet.of(start, start + PageSet.PAGE_SIZE);
  }

  @Test
  void everythingIsNewAtTheFirstLook() {
    PageOracle.Observation first = oracle.observe(region.pages(), region.pages());
    assertThat(first.written()).isEqualTo(region.pages());
    assertThat(first.lost().isEmpty()).isTrue();
  }

  @Test
  void seesWhatChangedAndWhatWasLost() {
    oracle.observe(region.pages(), region.pages());
    space.memory().putByte(page(2).runStart(0) + 4095, (byte) 1);
    space.memory().putLong(page(5).runStart(0), 9);
    PageOracle.Observation second = oracle.observe(region.pages(), page(5).union(page(6)));
    assertThat(second.written()).isEqualTo(page(2).union(page(5)));
    assertThat(second.reported()).isEqualTo(page(5).union(page(6)));
    assertThat(second.lost()).isEqualTo(page(2));
    assertThat(oracle.observe(region.pages(), PageSet.empty()).written().isEmpty()).isTrue();
  }

  @Test
  void forgottenPagesAreNewAgain() {
    oracle.observe(region.pages(), region.pages());
    oracle.forget(page(3));
    assertThat(oracle.observe(region.pages(), region.pages()).written()).isEqualTo(page(3));
  }
}
