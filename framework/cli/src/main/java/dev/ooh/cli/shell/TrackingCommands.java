package dev.ooh.cli.shell;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.Terminal;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingStatistics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The {@code tracking:} commands of the Gogo shell. Each returns the text to print. */
@Component(
    service = TrackingCommands.class,
    property = {
      "osgi.command.scope=tracking",
      "osgi.command.function=list",
      "osgi.command.function=use",
      "osgi.command.function=fallback",
      "osgi.command.function=explain",
      "osgi.command.function=stats"
    })
public final class TrackingCommands {
  private static final String INDENT = "  ";

  private final Tracking tracking;
  private volatile @Nullable LiveProgram program;

  @Activate
  public TrackingCommands(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  /** The program whose figures {@link #stats} shows; null for none. */
  void watch(@Nullable LiveProgram watched) {
    program = watched;
  }

  /** {@code tracking:list}: every technique, tried where something is tracked. */
  public String list() throws CommandException {
    TrackingControl control = tracking.control();
    List<String> lines = new ArrayList<>();
    for (AddressSpace space : control.spaces()) {
      lines.add("%s (%s):".formatted(space.name(), space.substrate()));
      lines.addAll(table(control.list(space)));
    }
    if (lines.isEmpty()) {
      for (Substrate substrate : tracking.substrates()) {
        if (substrate.refusal().isEmpty()) {
          try (AddressSpace trial = substrate.open(SpaceOptions.named("list"))) {
            lines.add(substrate.name() + ", nothing tracked:");
            lines.addAll(table(control.list(trial)));
          }
        } else {
          lines.add("%s: refused: %s".formatted(substrate.name(), substrate.refusal().get()));
        }
      }
    }
    return String.join("\n", lines);
  }

  private static List<String> table(List<TechniqueStatus> statuses) {
    TextTable table = new TextTable("technique", ">preference", "", "why");
    for (TechniqueStatus status : statuses) {
      String usable = status.probe().usable() ? "usable" : "refused";
      table.add(
          status.descriptor().name(),
          Integer.toString(status.descriptor().preference()),
          status.active() ? "active" : usable,
          status.probe().reason());
    }
    return table.lines(Terminal.columns() - INDENT.length()).stream()
        .map(line -> INDENT + line)
        .toList();
  }

  /** {@code tracking:use T}: switches everything that is tracked now, and what comes later. */
  public String use(String technique) throws CommandException, TrackingException {
    TrackingControl control = tracking.control();
    List<String> before = new ArrayList<>();
    for (AddressSpace space : control.spaces()) {
      before.add(control.active(space).orElse("nothing"));
    }
    control.use(technique);
    return "using %s%s".formatted(technique, before.isEmpty() ? "" : ", before: " + joined(before));
  }

  /**
   * {@code tracking:fallback T…}: what to take, in this order, when the wanted technique goes away;
   * none for {@code all-dirty} alone.
   */
  public String fallback(String[] techniques) throws CommandException {
    tracking.control().fallback(List.of(techniques));
    return techniques.length == 0
        ? "no fallback: without the wanted technique every interval says all, and why"
        : "falling back to " + joined(List.of(techniques));
  }

  /** {@code tracking:explain}: what is active where, and why. */
  public String explain() throws CommandException {
    TrackingControl control = tracking.control();
    List<String> lines = new ArrayList<>();
    for (AddressSpace space : control.spaces()) {
      lines.add("%s (%s):".formatted(space.name(), space.substrate()));
      control.explain(space).forEach(line -> lines.add("  " + line));
    }
    return lines.isEmpty() ? "nothing is tracked" : String.join("\n", lines);
  }

  /** {@code tracking:stats}: counts of the core, of its techniques, and of the live program. */
  public String stats() throws CommandException {
    TrackingControl control = tracking.control();
    List<String> lines = new ArrayList<>();
    for (AddressSpace space : control.spaces()) {
      lines.add("%s (%s):".formatted(space.name(), space.substrate()));
      TextTable table = new TextTable("count", ">value");
      TrackingStatistics statistics = control.statistics(space);
      table.add("fetches", Long.toString(statistics.fetches()));
      table.add("pages reported", Long.toString(statistics.pagesReported()));
      table.add("committed", Long.toString(statistics.committed()));
      table.add("aborted", Long.toString(statistics.aborted()));
      table.add("conservative", Long.toString(statistics.conservative()));
      table.add("switches", Long.toString(statistics.switches()));
      statistics
          .technique()
          .counts()
          .forEach((name, count) -> table.add(name, Long.toString(count)));
      table.lines().forEach(line -> lines.add(INDENT + line));
    }
    LiveProgram watched = program;
    if (watched != null) {
      lines.addAll(figures(watched.figures()));
    }
    return lines.isEmpty() ? "nothing is tracked" : String.join("\n", lines);
  }

  private static List<String> figures(LiveProgram.Figures figures) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "live program: %d intervals, %d pages written, %d reported, %d lost"
            .formatted(figures.intervals(), figures.written(), figures.reported(), figures.lost()));
    LiveProgram.LastInterval last = figures.last();
    if (last != null) {
      lines.add(
          "  last interval: %d written, %d reported by %s%s"
              .formatted(
                  last.written(),
                  last.reported(),
                  last.technique(),
                  last.reasons().isEmpty() ? "" : " (" + String.join("; ", last.reasons()) + ")"));
    }
    if (!figures.trouble().isEmpty()) {
      lines.add("  no interval the last time: " + figures.trouble());
    }
    return lines;
  }

  private static String joined(List<String> names) {
    return String.join(", ", names);
  }
}
