package dev.ooh.machine.cost;

import dev.ooh.machine.event.Event;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads prices from CSV. A file may hold both kinds of table, each below its own header line:
 *
 * <pre>
 * id,event,microseconds,techniques            a price an event
 * id,event,techniques,1MB,10MB,…,1GB          totals in milliseconds for a pass over each size
 * </pre>
 *
 * Lines that begin with {@code #} and empty ones are skipped. The last columns of either may be
 * {@code spread} and {@code source}, which are for people; no cell has a comma.
 *
 * <p>A row of the first kind with the id {@code WORK_UNIT:APPLICATION} is what a unit of that
 * application's work costs.
 */
final class CostTable {
  private static final String SOURCE = "source";
  private static final Set<String> FOR_PEOPLE = Set.of("spread", SOURCE);
  private static final String WORK_OF = Event.WORK_UNIT.id() + ":";

  private final String file;
  private final Map<Event, Price> prices = new EnumMap<>(Event.class);
  private final Map<Event, String> users = new EnumMap<>(Event.class);
  private final Map<Event, String> sources = new EnumMap<>(Event.class);
  private final Map<String, Work> work = new TreeMap<>();

  /** The header that the rows below belong to. */
  private String @Nullable [] header;

  private long[] sizes = {};

  /** What a unit of an application's work costs, and where that is from. */
  record Work(Price price, String source) {}

  private CostTable(String file) {
    this.file = file;
  }

  /**
   * @param file for messages
   * @throws IllegalArgumentException naming file, id, value found and value wanted
   */
  static CostTable parse(String file, List<String> lines) {
    CostTable table = new CostTable(file);
    lines.stream()
        .map(String::strip)
        .filter(l -> !l.isEmpty() && !l.startsWith("#"))
        .forEach(table::line);
    return table;
  }

  Map<Event, Price> prices() {
    return prices;
  }

  /** What a unit of work costs, by application; of those that have a row. */
  Map<String, Work> work() {
    return work;
  }

  /** Who pays, by event: techniques with a bar between them, or {@code all}. */
  Map<Event, String> users() {
    return users;
  }

  /** Where each price is from, as its row tells; of a row that doesn't, that its file has it. */
  Map<Event, String> sources() {
    return sources;
  }

  private void line(String line) {
    String[] cells = line.split(",", -1);
    if (cells[0].equals("id")) {
      header = cells;
      int priced = cells.length;
      while (FOR_PEOPLE.contains(cells[priced - 1])) {
        priced--; // ends at the id, at the latest
      }
      sizes = new long[Math.max(0, priced - 3)];
      boolean fixed = priced == 4 && cells[2].equals("microseconds");
      for (int i = 0; !fixed && i < sizes.length; i++) {
        sizes[i] = size(cells[i + 3]);
        if (i > 0 && sizes[i] <= sizes[i - 1]) {
          throw bad(
              "size " + cells[i + 3] + " follows " + cells[i + 2] + ", wanted ascending sizes");
        }
      }
      if (fixed) {
        sizes = new long[0];
      } else if (sizes.length == 0) {
        throw bad("header is '" + line + "', wanted id,event,microseconds,techniques or sizes");
      }
      return;
    }
    if (header == null) {
      throw bad("'" + line + "' comes before any header, wanted a line that begins with id,event,");
    }
    if (cells.length != header.length) {
      throw bad("%s has %d columns, wanted %d".formatted(cells[0], cells.length, header.length));
    }
    int column = Arrays.asList(header).indexOf(SOURCE);
    String source = column < 0 || cells[column].isBlank() ? file : cells[column];
    if (cells[0].startsWith(WORK_OF)) {
      workOf(cells, source);
      return;
    }
    Event event = event(cells[0]);
    if (prices.containsKey(event)) {
      throw twice(cells[0]);
    }
    users.put(event, cells[sizes.length == 0 ? 3 : 2]);
    sources.put(event, source);
    prices.put(event, sizes.length == 0 ? Price.fixed(cost(cells, 2)) : sized(event, cells));
  }

  private void workOf(String[] cells, String source) {
    String application = cells[0].substring(WORK_OF.length());
    if (application.isBlank() || sizes.length > 0) {
      throw bad(
          "%s is %s, wanted an application's name after the colon and microseconds a unit"
              .formatted(cells[0], sizes.length > 0 ? "a row of costs by size" : "no row of one"));
    }
    if (work.put(application, new Work(Price.fixed(cost(cells, 2)), source)) != null) {
      throw twice(cells[0]);
    }
  }

  private IllegalArgumentException twice(String id) {
    return bad(id + " appears twice, wanted one row");
  }

  private SizedPrice sized(Event event, String[] cells) {
    double[] millis = new double[sizes.length];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = cost(cells, i + 3);
    }
    return event == Event.HYPERCALL_DISABLE_LOGGING
        ? SizedPrice.total(sizes, millis)
        : SizedPrice.perPage(sizes, millis);
  }

  private double cost(String[] cells, int column) {
    String text = cells[column].strip();
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    String[] names = header == null ? cells : header;
    throw bad(
        "%s is '%s' in column %s, wanted a number of 0 or more"
            .formatted(cells[0], text, names[column]));
  }

  private Event event(String id) {
    for (Event event : Event.values()) {
      if (event.id().equals(id)) {
        return event;
      }
    }
    throw bad("id '" + id + "' is unknown, wanted M1, M3 to M18, CP, W0 or another counted event");
  }

  private long size(String text) {
    String upper = text.strip().toUpperCase(Locale.ROOT);
    int shift = upper.endsWith("GB") ? 30 : upper.endsWith("MB") ? 20 : -1;
    try {
      long number = Long.parseLong(upper.substring(0, Math.max(0, upper.length() - 2)));
      if (shift > 0 && number > 0 && number < 1L << 20) {
        return number << shift;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw bad("size is '" + text + "', wanted one such as 10MB or 1GB");
  }

  private IllegalArgumentException bad(String what) {
    return new IllegalArgumentException("cost profile " + file + ": " + what);
  }
}
