package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TextTableTest {
  private static TextTable table() {
    TextTable table = new TextTable("name", ">n", "why");
    table.add("first", "1", "because it was asked for by somebody who is not here any more");
    table.add("second", "22", "short");
    return table;
  }

  @Test
  void theLastColumnIsBrokenBetweenWordsToFitTheWidth() {
    assertThat(table().lines(40))
        .allMatch(line -> line.length() <= 40)
        .containsExactly(
            "name     n  why",
            "first    1  because it was asked for by",
            "            somebody who is not here any",
            "            more",
            "second  22  short");
  }

  @Test
  void withoutAWidthEachRowIsALine() {
    assertThat(table().lines(Integer.MAX_VALUE)).isEqualTo(table().lines()).hasSize(3);
  }

  @Test
  void theWidthIsWhatTheEnvironmentSaysAndNoLimitWithoutIt() {
    assertThat(Terminal.columns(Map.of("COLUMNS", "60"))).isEqualTo(60);
    assertThat(Terminal.columns(Map.of("COLUMNS", "wide"))).isEqualTo(Integer.MAX_VALUE);
    assertThat(Terminal.columns(Map.of())).isEqualTo(Integer.MAX_VALUE);
  }
}
