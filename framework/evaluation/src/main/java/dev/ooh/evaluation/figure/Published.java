package dev.ooh.evaluation.figure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the paper published, as far as this project holds it. */
public final class Published {
  private static final String FILE = "published.csv";
  private static final String ANY = "*";

  /** What agreement with a published figure says. */
  public enum Role {
    /** Something: the model doesn't contain it. */
    RESULT,

    /**
     * That events happen as often as the paper assumes: it is a price that the model is made of.
     */
    INPUT,

    /** Nothing: an input was derived from it. */
    CIRCULAR
  }

  private final List<String[]> rows;

  private Published(List<String[]> rows) {
    this.rows = rows;
  }

  /** Reads the table that this bundle carries. */
  public static Published load() {
    try (InputStream in = Published.class.getResourceAsStream(FILE);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      return new Published(
          reader
              .lines()
              .filter(line -> !line.startsWith("#"))
              .skip(1)
              .map(line -> line.split(",", -1))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The published figure, if there is one. */
  public OptionalDouble value(
      String experiment,
      String technique,
      String application,
      String configuration,
      String metric) {
    Optional<String[]> row = find(experiment, technique, application, configuration, metric);
    return row.isPresent()
        ? OptionalDouble.of(Double.parseDouble(row.get()[5]))
        : OptionalDouble.empty();
  }

  /** Where the paper has it; empty where there is none. */
  public String source(
      String experiment,
      String technique,
      String application,
      String configuration,
      String metric) {
    return find(experiment, technique, application, configuration, metric)
        .map(row -> row[7])
        .orElse("");
  }

  /** What the published figure is to a simulated one; empty where there is none. */
  public Optional<Role> role(
      String experiment,
      String technique,
      String application,
      String configuration,
      String metric) {
    return find(experiment, technique, application, configuration, metric)
        .map(row -> Role.valueOf(row[8].toUpperCase(Locale.ROOT)));
  }

  private Optional<String[]> find(String... wanted) {
    return rows.stream()
        .filter(
            row -> {
              for (int i = 0; i < wanted.length; i++) {
                if (!row[i].equals(ANY) && !row[i].equals(wanted[i])) {
                  return false;
                }
              }
              return true;
            })
        .findFirst();
  }
}
