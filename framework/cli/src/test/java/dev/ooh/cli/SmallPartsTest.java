package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class SmallPartsTest {
  @Test
  void numbersArePlainDecimals() {
    assertThat(Row.number(0)).isEqualTo("0");
    assertThat(Row.number(-0.0)).isEqualTo("0");
    assertThat(Row.number(262144)).isEqualTo("262144");
    assertThat(Row.number(1e10)).isEqualTo("10000000000");
    assertThat(Row.number(1.0 / 3)).isEqualTo("0.333333333");
    assertThat(Row.number(1e-7)).isEqualTo("0.0000001");
    assertThat(Row.number(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void sizesHaveUnits() {
    ByteSize size = new ByteSize();
    assertThat(size.convert("4096")).isEqualTo(4096);
    assertThat(size.convert("512M")).isEqualTo(512L << 20);
    assertThat(size.convert("5g")).isEqualTo(5L << 30);
    assertThat(size.convert("5GiB")).isEqualTo(5L << 30);
    for (String wrong : List.of("", "0", "-1", "5X", "M", "99999999T", "1.5G")) {
      assertThatThrownBy(() -> size.convert(wrong))
          .isInstanceOf(TypeConversionException.class)
          .hasMessageContaining("'" + wrong + "' is not a size, wanted");
    }
  }

  @Test
  void tablesAreAligned() {
    TextTable table = new TextTable("name", ">n");
    table.add("a", "1");
    table.add("longer", "1000");
    assertThat(table.lines()).containsExactly("name       n", "a          1", "longer  1000");
    assertThatThrownBy(() -> table.add("1", "2", "3")).hasMessageContaining("3 cells, wanted 2");
  }

  @Test
  void errorsAreOneLine() {
    assertThat(ErrorText.of(new IllegalStateException("a\n  b"))).isEqualTo("a; b");
    assertThat(ErrorText.of(new IllegalStateException())).isEqualTo("IllegalStateException");
    assertThat(ErrorText.of(new NoSuchFileException("/x"))).isEqualTo("no such file or folder: /x");
    assertThat(ErrorText.of(new ExecutionException(new IllegalStateException("inner"))))
        .isEqualTo("inner");
    assertThat(ErrorText.of(new NoClassDefFoundError("dev/ooh/X")))
        .isEqualTo("NoClassDefFoundError: dev/ooh/X");
  }

  @Test
  void progressIsSilentWithoutATerminal() {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    java.io.PrintStream stream = new java.io.PrintStream(bytes, true);
    new Progress(stream, false).show("hidden");
    assertThat(bytes.size()).isZero();
    try (Progress progress = new Progress(stream, true)) {
      progress.show("seen");
    }
    assertThat(bytes.toString()).isEqualTo("\r\033[Kseen\r\033[K");
  }
}
