package dev.ooh.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects rows and writes them as CSV (RFC 4180). A file that can't be written is found out at the
 * start of a run, not at its end; the file appears whole or not at all, where a link to it leads.
 * Not for several threads.
 */
public final class CsvRows implements AutoCloseable {
  public static final String HEADER =
      "experiment,substrate,technique,application,configuration,metric,value,unit";

  private final List<Row> rows = new ArrayList<>();
  private final @Nullable Path target;
  private final @Nullable Path replaced;
  private Map<String, String> origin = Map.of();
  private @Nullable Path unfinished;

  /**
   * Rows for {@code target}; once written, {@code unfinished} takes the place of {@code replaced}.
   */
  private CsvRows(@Nullable Path target, @Nullable Path replaced, @Nullable Path unfinished) {
    this.target = target;
    this.replaced = replaced;
    this.unfinished = unfinished;
  }

  /**
   * Prepares to write {@code file}; null collects rows only.
   *
   * @throws CommandException when no file can be made there, naming it
   */
  public static CsvRows to(@Nullable Path file) throws CommandException {
    if (file == null) {
      return new CsvRows(null, null, null);
    }
    boolean special = Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    if (special || OutputFile.isOpenFile(file)) {
      return new CsvRows(file, null, null); // a pipe or a terminal can't be replaced
    }
    Path folder = OutputFile.check("--csv", file);
    try {
      Path part = Files.createTempFile(folder, "." + file.getFileName(), ".part");
      part.toFile().deleteOnExit(); // for a process that is told to end
      return new CsvRows(file, OutputFile.behindLinks(file), part);
    } catch (IOException e) {
      throw new CommandException(
          "--csv is %s, but no file can be made in %s: %s"
              .formatted(file, folder, ErrorText.reason(e)),
          e);
    }
  }

  /** What made the rows: goes into a file beside theirs, with {@code .origin} behind its name. */
  public void origin(Map<String, String> facts) {
    origin = new LinkedHashMap<>(facts);
  }

  public void add(Row row) {
    rows.add(row);
  }

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /**
   * Writes the file, if there is one.
   *
   * @throws CommandException when the disk is full, say; nothing is left behind then
   */
  public void finish() throws CommandException {
    Path file = target;
    if (file == null) {
      return;
    }
    Path place = replaced;
    Path part = unfinished;
    try {
      write(part == null ? file : part);
      if (part != null && place != null) {
        // Temporary files are private; the finished one gets what a plain new file would have.
        PlainPermissions.apply(part, place);
        Files.move(
            part, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        unfinished = null;
        writeOrigin(file);
      }
    } catch (IOException e) {
      close();
      throw new CommandException(
          "%d rows could not be written to %s: %s".formatted(rows.size(), file, ErrorText.of(e)),
          e);
    }
  }

  private void writeOrigin(Path file) throws IOException {
    if (!origin.isEmpty()) {
      List<String> lines = new ArrayList<>();
      origin.forEach((name, fact) -> lines.add(name + ": " + fact));
      Files.write(file.resolveSibling(file.getFileName() + ".origin"), lines);
    }
  }

  private void write(Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file, OutputFile.inPlace(file))) {
      out.write(HEADER + "\n");
      for (Row row : rows) {
        out.write(line(row) + "\n");
      }
    }
  }

  static String line(Row row) {
    return String.join(
        ",",
        quoted(row.experiment()),
        quoted(row.substrate()),
        quoted(row.technique()),
        quoted(row.application()),
        quoted(row.configuration()),
        quoted(row.metric()),
        quoted(row.value()),
        quoted(row.unit()));
  }

  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  /** Removes what {@link #finish} did not complete. */
  @Override
  public void close() {
    Path part = unfinished;
    unfinished = null;
    if (part != null) {
      try {
        Files.deleteIfExists(part);
      } catch (IOException e) {
        System.getLogger(CsvRows.class.getName())
            .log(System.Logger.Level.DEBUG, () -> "could not remove " + part, e);
      }
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d rows for %s", rows.size(), target);
  }
}
