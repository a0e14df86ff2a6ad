package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.SimulatedCosts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which accesses count as a technique's own. */
class TrackerAccessTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private final AddressSpace space =
      new VirtualSubstrate().open(SpaceOptions.named("test").with("memory", "67108864"));
  private final Memory memory = space.memory();
  private final SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
  private final Region region = space.map(RegionRequest.anonymous("heap", 8 * PAGE));

  @AfterEach
  void close() {
    space.close();
  }

  private long accesses() {
    return costs.events().get(SimulatedCosts.TRACKER_ACCESS);
  }

  @Test
  void eachAccessOfATechniqueCountsHoweverWarmTheCache() throws Exception {
    space
        .execution()
        .run(
            () -> {
              memory.putLong(region.start(), 7);
              assertThat(accesses()).isZero();
              long read =
                  costs.tracking(
                      () -> memory.getLong(region.start()) + memory.getLong(region.start()));
              assertThat(read).isEqualTo(14);
              assertThat(accesses()).isEqualTo(2);
              memory.putLong(region.start(), 8);
              assertThat(memory.getLong(region.start())).isEqualTo(8);
              return 0;
            });
    assertThat(accesses()).isEqualTo(2);
  }

  @Test
  void aTechniqueMayReadFillAndCopyRanges() throws Exception {
    byte[] copied = new byte[(int) (2 * PAGE)];
    space
        .execution()
        .run(
            () ->
                costs.tracking(
                    () -> {
                      memory.fill(region.start(), 2 * PAGE, (byte) 5);
                      memory.copy(region.start(), region.start() + 2 * PAGE, 2 * PAGE);
                      memory.read(region.start() + 2 * PAGE, copied, 0, copied.length);
                      return 0;
                    }));
    assertThat(copied).containsOnly(5);
    assertThat(accesses()).isEqualTo(2 + 4 + 2);
  }

  @Test
  void aTechniqueThatEntersByItselfIsSeenToo() throws Exception {
    long read = costs.tracking(() -> space.execution().run(() -> memory.getLong(region.start())));
    assertThat(read).isZero();
    assertThat(accesses()).isEqualTo(1);
  }

  @Test
  void theProgramsOwnThreadsDontCountMeanwhile() throws Exception {
    space
        .execution()
        .run(
            () ->
                costs.tracking(
                    () -> {
                      TrackedThread program =
                          space
                              .execution()
                              .spawn("program", () -> memory.putLong(region.start(), 1));
                      program.join();
                      return 0;
                    }));
    assertThat(accesses()).isZero();
  }
}
