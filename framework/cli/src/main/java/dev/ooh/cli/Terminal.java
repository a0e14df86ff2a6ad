package dev.ooh.cli;

import java.util.Map;

/** How wide the lines of tables may be. */
public final class Terminal {
  /** What picocli takes for its help. */
  static final int HELP_COLUMNS = 80;

  private Terminal() {}

  /**
   * What {@code COLUMNS} says, which the script {@code ooh} sets on a terminal; else, such as in a
   * pipe, no limit: one line a row is what other programs read.
   */
  public static int columns() {
    return columns(System.getenv());
  }

  static int columns(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    return columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : Integer.MAX_VALUE;
  }
}
