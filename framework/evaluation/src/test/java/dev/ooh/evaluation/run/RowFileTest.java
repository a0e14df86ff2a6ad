package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.CsvRows;
import dev.ooh.cli.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowFileTest {
  private static final Row ROW = new Row("gc", "virtual", "epml", "pca", "small", "t", "1", "x");

  @TempDir private Path folder;

  @Test
  void readsWhatCommandsWrite() throws Exception {
    Path file = folder.resolve("rows.csv");
    try (CsvRows rows = CsvRows.to(file)) {
      rows.add(ROW);
      rows.finish();
    }
    assertThat(RowFile.read(file)).containsExactly(ROW);
  }

  @Test
  void namesTheLineThatIsNoRow() throws Exception {
    Path file = Files.writeString(folder.resolve("cut.csv"), CsvRows.HEADER + "\ngc,virtual,ep");
    assertThatThrownBy(() -> RowFile.read(file))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("cut.csv, line 2: found 3 fields, wanted 8");
    Path other = Files.writeString(folder.resolve("other.csv"), "a,b\n");
    assertThatThrownBy(() -> RowFile.read(other)).hasMessageContaining("line 1: found 'a,b'");
    assertThatThrownBy(() -> RowFile.read(folder.resolve("none.csv")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("none.csv can't be read");
  }
}
