package dev.ooh.cli.technique;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import java.util.List;
import org.junit.jupiter.api.Test;

class TechniquesRunTest {
  private static Invocation techniques(String... arguments) {
    Tracking tracking =
        Tracking.of(new ToyControl(false), List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
    return Invocation.of(new TechniquesRun(tracking), arguments);
  }

  @Test
  void saysWhatWorksWhereAndWhyNot() {
    Invocation done = techniques();
    assertThat(done.status()).isZero();
    assertThat(done.out().lines())
        .containsExactly(
            "technique  substrate           why",
            "*          linux      refused  this is not Linux",
            "exact      virtual    usable   looking",
            "shy        virtual    refused  it is shy; be gentle",
            "all-dirty  virtual    usable   always",
            "",
            "setting       of     default  what",
            "ring-entries  exact  0        Entries of the ring buffer. Wanted: a whole number from 0"
                + " to 100.");
  }

  @Test
  void writesJson() {
    Invocation done = techniques("--json");
    assertThat(done.status()).isZero();
    assertThat(done.out().replaceAll("\\s+", " "))
        .startsWith("[ {")
        .contains(
            "\"technique\" : \"shy\", \"substrate\" : \"virtual\", \"usable\" : false, \"reason\" :"
                + " \"it is shy\", \"remedy\" : \"be gentle\", \"preference\" : 5, \"summary\" :"
                + " \"toy shy\"")
        .endsWith("} ] ");
  }
}
