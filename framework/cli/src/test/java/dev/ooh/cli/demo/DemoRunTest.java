package dev.ooh.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoRunTest {
  /** Stores to two pages an interval; unlike a real one it is not woven. */
  private record Writer(ToyControl control, boolean honest) implements DemoConsumer {
    @Override
    public String name() {
      return "writer";
    }

    @Override
    public String summary() {
      return "writes two pages an interval";
    }

    @Override
    public int order() {
      return 1;
    }

    @Override
    public void run(DemoStage stage) {
      Region region = stage.space().map(RegionRequest.anonymous("r", 16 * 4096));
      PageOracle oracle = new PageOracle(stage.space().memory());
      TrackingConsumer me = stage.space().consumer("writer");
      long value = 1;
      while (stage.more()) {
        stage.space().memory().putLong(region.start(), value++);
        try {
          stage.midInterval();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
        stage.space().memory().putLong(region.start() + 4096, value++);
        try (Interval interval = control.fetch(stage.space(), me, region.pages(), region.pages())) {
          stage.interval(oracle.observe(region.pages(), interval.pages()));
          interval.commit();
        }
      }
      stage.check("two and two is four", honest);
    }
  }

  private static Invocation demo(ToyControl control, boolean honest, String... arguments) {
    Tracking tracking = Tracking.of(control, List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
    return Invocation.of(new DemoRun(tracking, List.of(new Writer(control, honest))), arguments);
  }

  @Test
  void showsEachTechniqueAndSwitchesInMidInterval() {
    ToyControl control = new ToyControl(false);
    Invocation done = demo(control, true);
    assertThat(done.status()).as(done.err()).isZero();
    // The first store of the interval in which all-dirty gives way falls to all-dirty; the report
    // of that interval is by exact and has both.
    assertThat(done.out())
        .containsPattern("writer +virtual +all-dirty +4 +8 +64 +\\d")
        .containsPattern("writer +virtual +exact +4 +8 +8 +\\d")
        // a store costs 1 ms
        .containsPattern("array +virtual +exact +3 +7680 +7680 +7680.000 +sim_ms +1000.000 sim_us")
        .contains("shy on virtual: it is shy (be gentle)")
        .contains("linux: this is not Linux")
        .contains("writer on virtual: two and two is four")
        .containsPattern("nothing lost: 15 intervals and 1 switches");
    List<String> lines = done.out().lines().toList();
    assertThat(lines.get(lines.size() - 2)).startsWith("nothing lost");
    assertThat(lines.getLast()).startsWith("next: ./ooh micro");
  }

  @Test
  void saysWhatWasLostAndFails() {
    Invocation done = demo(new ToyControl(true), true, "--quick");
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.out()).contains("Failed:").doesNotContain("nothing lost");
    assertThat(done.err())
        .contains("writer under lossy: interval 4 lost 1 pages {0x40000000-0x40001000}")
        .hasLineCount(1);
  }

  @Test
  void aCheckThatDoesNotHoldIsAFailure() {
    Invocation done = demo(new ToyControl(false), false);
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err()).contains("does not hold: two and two is four");
  }

  @Test
  void needsASubstrate() {
    Invocation done = demo(new ToyControl(false), true, "--substrate", "linux");
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err()).contains("no substrate").contains("linux: this is not Linux");
  }
}
