package dev.ooh.cli.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void ofNoSecondsIsOnePass() throws Exception {
    List<Integer> passes = new ArrayList<>();
    new WarmUp(0).repeat(passes::add);
    assertThat(passes).containsExactly(1);
  }
}
