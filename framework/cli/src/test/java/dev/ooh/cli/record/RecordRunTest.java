package dev.ooh.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.toy.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

class RecordRunTest {
  private final List<String> given = new ArrayList<>();

  private Invocation record(String... arguments) {
    CommandSpec spec =
        CommandSpec.forAnnotatedObject(
            new RecordRun(
                Map.of(
                    "micro",
                    line -> {
                      given.addAll(List.of(line));
                      return 7;
                    })));
    spec.parser().stopAtPositional(true);
    return Invocation.of(spec, arguments);
  }

  @Test
  void runsTheCommandOnRealMemory() {
    Invocation done = record("--out", "r", "micro", "--sizes", "1", "--csv", "c");
    assertThat(done.status()).as(done.err()).isEqualTo(7);
    assertThat(given)
        .containsExactly("--sizes", "1", "--csv", "c", "--record", "r", "--substrate", "linux");
  }

  @ParameterizedTest
  @CsvSource({"--substrate,virtual", "--substrate=virtual,--sizes=1"})
  void unlessItSaysWhere(String one, String other) {
    assertThat(record("--out", "r", "micro", one, other).status()).isEqualTo(7);
    assertThat(given).containsExactly(one, other, "--record", "r");
  }

  @Test
  void badInputIsOneLine() {
    Invocation done = record("--out", "r", "mico");
    assertThat(done.status()).isEqualTo(2);
    assertThat(done.err())
        .hasLineCount(1)
        .contains("command is 'mico', wanted one that runs a program")
        .contains("did you mean micro?");
    assertThat(record("--out", "r").err()).hasLineCount(1).contains("COMMAND");
    assertThat(record("micro").err()).hasLineCount(1).contains("--out");
    assertThat(given).isEmpty();
  }
}
