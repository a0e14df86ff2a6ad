package dev.ooh.cli.calibrate;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.OutputFile;
import dev.ooh.cli.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A cost profile as a CSV file: two tables, of costs that don't depend on the tracked size and of
 * those that do, each row with its spread and its source.
 */
final class ProfileFile {
  private final Path file;

  private ProfileFile(Path file) {
    this.file = file;
  }

  /**
   * Prepares to write {@code file}.
   *
   * @throws CommandException when no file can be made there, naming it
   */
  static ProfileFile to(Path file) throws CommandException {
    OutputFile.check("--out", file);
    return new ProfileFile(file);
  }

  /**
   * Writes it.
   *
   * @param origin what the profile was made by and on
   * @param megabytes the sizes of all costs by size
   */
  void write(Map<String, String> origin, List<Integer> megabytes, List<Cost> costs)
      throws CommandException {
    try {
      Files.write(file, lines(origin, megabytes, costs));
    } catch (IOException e) {
      throw new CommandException(file + " can't be written: " + ErrorText.reason(e), e);
    }
  }

  static List<String> lines(Map<String, String> origin, List<Integer> megabytes, List<Cost> costs) {
    List<String> lines = new ArrayList<>();
    lines.add("# Cost profile this-machine");
    origin.forEach((name, fact) -> lines.add("# " + name + ": " + fact));
    lines.add("# spread: distance between the quartiles as a share of the cost; the widest of all");
    lines.add("# microseconds for each event:");
    lines.add("id,event,microseconds,techniques,spread,source");
    for (Cost cost : costs) {
      ProfileEvent event = cost.event();
      if (event.kind() == ProfileEvent.Kind.FIXED) {
        String figure = Row.number(cost.microseconds().getFirst());
        lines.add(row(event.name(), event.label(), figure, event.techniques(), about(cost)));
      }
    }
    lines.add("# milliseconds for one event for each page of that size; M14: for one event:");
    String sizes = megabytes.stream().map(size -> size + "MB").collect(Collectors.joining(","));
    lines.add("id,event,techniques," + sizes + ",spread,source");
    for (Cost cost : costs) {
      ProfileEvent event = cost.event();
      if (event.kind() != ProfileEvent.Kind.FIXED) {
        List<String> totals = new ArrayList<>();
        for (int i = 0; i < megabytes.size(); i++) {
          double millis = cost.microseconds().get(i) * event.countAt(megabytes.get(i)) / 1000;
          totals.add(Row.number(millis));
        }
        String figures = String.join(",", totals);
        lines.add(row(event.name(), event.label(), event.techniques(), figures, about(cost)));
      }
    }
    return lines;
  }

  private static String row(String... cells) {
    return String.join(",", cells);
  }

  private static String about(Cost cost) {
    return spread(cost) + "," + cost.source();
  }

  /** As people read it; empty when nothing was measured. */
  static String spread(Cost cost) {
    return cost.isMeasured() ? String.format(Locale.ROOT, "%.0f %%", cost.worstSpread() * 100) : "";
  }
}
