package dev.ooh.evaluation.figure;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What was measured, by what it is of; several values where several seeds ran. */
public final class Figures {
  private final Map<Key, List<Double>> values = new TreeMap<>();

  private record Key(
      String command, String technique, String application, String configuration, String metric)
      implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }
  }

  /** Of rows that are numbers; rows of text are left out. */
  public static Figures of(Collection<Row> rows) {
    Figures figures = new Figures();
    for (Row row : rows) {
      try {
        figures
            .values
            .computeIfAbsent(
                new Key(
                    row.experiment(),
                    row.technique(),
                    row.application(),
                    row.configuration(),
                    row.metric()),
                key -> new ArrayList<>())
            .add(Double.parseDouble(row.value()));
      } catch (NumberFormatException e) {
        continue; // a checksum
      }
    }
    return figures;
  }

  /** By seed. */
  Sample sample(
      String command, String technique, String application, String configuration, String metric) {
    return new Sample(
        values.getOrDefault(
            new Key(command, technique, application, configuration, metric), List.of()));
  }

  /** The mean over the seeds; empty where nothing was measured. */
  public OptionalDouble mean(
      String command, String technique, String application, String configuration, String metric) {
    return sample(command, technique, application, configuration, metric).mean();
  }
}
