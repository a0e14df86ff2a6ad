package dev.ooh.cli;

import java.util.ArrayList;
import java.util.Arrays;
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

  /**
   * As {@link #lines()}, with the last column broken between words where a line would be wider than
   * {@code width} columns; never to less than a third of that, so that a narrow terminal breaks
   * lines itself.
   */
  public List<String> lines(int width) {
    int[] widths = new int[header.size()];
    measure(header, widths);
    rows.forEach(row -> measure(row, widths));
    int last = widths.length - 1;
    int indent = 0;
    for (int i = 0; i < last; i++) {
      indent += widths[i] + 2;
    }
    int room = Math.max(width - indent, Math.max(1, width / 3));
    TextTable wrapped = new TextTable(header.toArray(String[]::new));
    System.arraycopy(right, 0, wrapped.right, 0, right.length);
    for (List<String> row : rows) {
      String[] cells = Arrays.copyOf(row.toArray(String[]::new), header.size());
      Arrays.setAll(cells, i -> cells[i] == null ? "" : cells[i]);
      List<String> parts = broken(cells[last], room);
      for (int part = 0; part < parts.size(); part++) {
        if (part == 1) {
          Arrays.fill(cells, "");
        }
        cells[last] = parts.get(part);
        wrapped.add(cells);
      }
    }
    return wrapped.lines();
  }

  private static List<String> broken(String text, int room) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!part.isEmpty() && part.length() + 1 + word.length() > room) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(part.isEmpty() ? "" : " ").append(word);
    }
    parts.add(part.toString());
    return parts;
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
