package dev.ooh.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns aligned for a terminal: text to the left, figures to the right. */
public final class TextTable {
  private final List<String> header;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  /** A heading that starts with {@code >} is of a column of figures. */
  public TextTable(String... headings) {
    right = new boolean[headings.length];
    List<String> names = new ArrayList<>();
    for (int i = 0; i < headings.length; i++) {
      right[i] = headings[i].startsWith(">");
      names.add(right[i] ? headings[i].substring(1) : headings[i]);
    }
    header = List.copyOf(names);
  }

  /** Adds a line; missing cells at its end are empty. */
  public void add(String... cells) {
    if (cells.length > header.size()) {
      throw new IllegalArgumentException(
          "row has " + cells.length + " cells, wanted " + header.size() + " or fewer");
    }
    rows.add(List.of(cells));
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The heading and the rows, without a line break at the end of each. */
  public List<String> lines() {
    int[] widths = new int[header.size()];
    measure(header, widths);
    rows.forEach(row -> measure(row, widths));
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private static void measure(List<String> row, int[] widths) {
    for (int i = 0; i < row.size(); i++) {
      widths[i] = Math.max(widths[i], row.get(i).length());
    }
  }

  private String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      String padding = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : "  ").append(right[i] ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }
}
