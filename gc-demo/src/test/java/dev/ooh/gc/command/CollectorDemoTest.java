package dev.ooh.gc.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollectorDemoTest {
  private static final int INTERVALS = 20;

  @Test
  void runsAndHolds() throws Exception {
    List<String> broken = new ArrayList<>();
    List<PageOracle.Observation> observations = new ArrayList<>();
    int[] switches = {0};
    DemoStage stage =
        new DemoStage() {
          private final TestSpace space = SeededSpace.open();

          @Override
          public AddressSpace space() {
            return space;
          }

          @Override
          public boolean quick() {
            return true;
          }

          @Override
          public long seed() {
            return 1;
          }

          @Override
          public boolean more() {
            return observations.size() < INTERVALS;
          }

          @Override
          public void midInterval() {
            switches[0]++;
          }

          @Override
          public void interval(PageOracle.Observation observation) {
            observations.add(observation);
          }

          @Override
          public void check(String what, boolean holds) {
            if (!holds) {
              broken.add(what);
            }
          }
        };
    new CollectorDemo().run(stage);
    assertThat(broken).isEmpty();
    assertThat(switches[0]).isEqualTo(INTERVALS / 2);
    assertThat(observations).hasSize(INTERVALS).allMatch(seen -> seen.lost().isEmpty());
    assertThat(observations.getLast().written().pageCount()).isPositive();
  }
}
