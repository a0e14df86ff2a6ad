package dev.ooh.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrackingCommandsTest {
  private final ToyControl control = new ToyControl(false);
  private final Tracking tracking =
      Tracking.of(control, List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
  private final TrackingCommands commands = new TrackingCommands(tracking);
  private final AddressSpace space = ToySubstrate.VIRTUAL.open(SpaceOptions.named("live"));

  @Test
  void listTriesASubstrateWhenNothingIsTracked() throws Exception {
    assertThat(commands.list())
        .contains("virtual, nothing tracked:")
        .contains("linux: refused: this is not Linux")
        .containsPattern("exact +20 +usable +looking");
  }

  @Test
  void useSwitchesAndSaysWhatWasBefore() throws Exception {
    control.use(space, "exact");
    assertThat(commands.list()).contains("live (virtual):").containsPattern("exact +20 +active");
    assertThat(commands.use("all-dirty")).isEqualTo("using all-dirty, before: exact");
    assertThat(control.active(space)).contains("all-dirty");
    assertThat(commands.explain()).isEqualTo("live (virtual):\n  it was asked for");
    assertThatThrownBy(() -> commands.use("foo"))
        .isInstanceOf(TrackingException.class)
        .hasMessageContaining("'foo', wanted");
  }

  @Test
  void fallbackSaysWhatItMeans() throws Exception {
    assertThat(commands.fallback(new String[] {"procfs", "uffd"}))
        .isEqualTo("falling back to procfs, uffd");
    assertThat(control.fallback()).containsExactly("procfs", "uffd");
    assertThat(commands.fallback(new String[0])).startsWith("no fallback");
    assertThat(control.fallback()).isEmpty();
  }

  @Test
  void statsShowTheLiveProgram() throws Exception {
    assertThat(commands.stats()).isEqualTo("nothing is tracked");
    try (LiveProgram program = new LiveProgram(space, tracking, 1)) {
      commands.watch(program);
      while (program.figures().intervals() < 2) {
        Thread.onSpinWait();
      }
      assertThat(commands.stats())
          .containsPattern("live program: \\d+ intervals, \\d+ pages written")
          .contains(" 0 lost")
          .contains("last interval:");
    }
    assertThat(space.isOpen()).isFalse();
  }
}
