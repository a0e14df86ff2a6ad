package dev.ooh.integration.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The rows of a CSV file, by technique, configuration and metric. */
final class Figures {
  private final Map<String, String> values = new TreeMap<>();

  static Figures of(Path csv) throws IOException {
    Figures figures = new Figures();
    List<String> lines = Files.readAllLines(csv);
    if (!lines
        .getFirst()
        .equals("experiment,substrate,technique,application,configuration,metric,value,unit")) {
      throw new AssertionError("header is " + lines.getFirst());
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      figures.values.put(key(fields[2], fields[4], fields[5]), fields[6]);
    }
    return figures;
  }

  private static String key(String technique, String configuration, String metric) {
    return technique + " " + configuration + " " + metric;
  }

  double get(String technique, String configuration, String metric) {
    return Double.parseDouble(text(technique, configuration, metric));
  }

  /** A figure that may be text, such as a checksum. */
  String text(String technique, String configuration, String metric) {
    String value = values.get(key(technique, configuration, metric));
    if (value == null) {
      throw new AssertionError("no " + key(technique, configuration, metric) + " in " + values);
    }
    return value;
  }

  /** Those that have any figure. */
  Set<String> techniques() {
    return values.keySet().stream()
        .map(key -> key.substring(0, key.indexOf(' ')))
        .collect(Collectors.toSet());
  }

  /** The counts of events alone. */
  Map<String, String> events() {
    Map<String, String> events = new TreeMap<>(values);
    events.keySet().removeIf(key -> !key.contains(" event."));
    return events;
  }
}
