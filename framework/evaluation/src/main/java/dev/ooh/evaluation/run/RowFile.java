package dev.ooh.evaluation.run;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.CsvRows;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads rows as measuring commands write them. */
public final class RowFile {
  private static final int FIELDS = 8;

  private RowFile() {}

  /**
   * Reads {@code file}.
   *
   * @throws CommandException naming the file and the line that is not a row
   */
  public static List<Row> read(Path file) throws CommandException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new CommandException(file + " can't be read: " + ErrorText.reason(e), e);
    }
    if (lines.isEmpty() || !lines.getFirst().equals(CsvRows.HEADER)) {
      throw new CommandException(
          "%s, line 1: found '%s', wanted '%s'"
              .formatted(file, lines.isEmpty() ? "" : lines.getFirst(), CsvRows.HEADER));
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      // No name, number or unit has a comma in it.
      String[] field = lines.get(i).split(",", -1);
      if (field.length != FIELDS) {
        throw new CommandException(
            "%s, line %d: found %d fields, wanted %d".formatted(file, i + 1, field.length, FIELDS));
      }
      rows.add(
          new Row(field[0], field[1], field[2], field[3], field[4], field[5], field[6], field[7]));
    }
    return rows;
  }
}
