package dev.ooh.cli;

import dev.ooh.memory.Setting;
import dev.ooh.memory.Settings;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The settings that substrates and techniques declare, by name. Immutable; for any thread. */
public final class KnownSettings {
  /**
   * A setting and those who read it.
   *
   * @param readers names of substrates and techniques, in order
   */
  public record Known(Setting<?> setting, List<String> readers) {}

  /** What {@link SessionOptions} has options for, called the same, by which rows are named. */
  private static final List<String> OPTIONS = List.of("seed", "cost-profile", "memory");

  private final Map<String, Known> byName;

  private KnownSettings(Map<String, Known> byName) {
    this.byName = byName;
  }

  /** Those of all that are present. */
  public static KnownSettings of(List<Substrate> substrates, List<TechniqueDescriptor> techniques) {
    Map<String, Known> byName = new TreeMap<>();
    substrates.forEach(it -> it.settings().forEach(known -> add(byName, known, it.name())));
    techniques.forEach(it -> it.settings().forEach(known -> add(byName, known, it.name())));
    return new KnownSettings(byName);
  }

  static KnownSettings of(Tracking tracking) throws CommandException {
    TrackingControl control = tracking.control();
    return of(tracking.substrates(), control.techniques());
  }

  private static void add(Map<String, Known> byName, Setting<?> setting, String reader) {
    byName.merge(
        setting.name(),
        new Known(setting, List.of(reader)),
        (one, other) -> {
          List<String> readers = new ArrayList<>(one.readers());
          readers.addAll(other.readers());
          return new Known(one.setting(), List.copyOf(readers));
        });
  }

  /** In ascending order of name. */
  public List<Known> all() {
    return List.copyOf(byName.values());
  }

  /**
   * Checks what was given by {@code --set}.
   *
   * @throws UsageException for a name that nobody declares, proposing the nearest, for one with an
   *     option of its own, and for a value that is not what its setting wants
   */
  void check(Map<String, String> given) throws UsageException {
    for (String option : OPTIONS) {
      if (given.containsKey(option)) {
        throw new UsageException(
            "--set has '%s', which has an option of its own: --%s".formatted(option, option));
      }
    }
    try {
      Settings.check(given, byName.values().stream().map(Known::setting).toList(), "--set names");
    } catch (IllegalArgumentException e) {
      throw new UsageException(ErrorText.of(e));
    }
  }

  /** A paragraph of each for {@code --help}, of those that {@code --set} takes. */
  String help(int width) {
    TextTable table = new TextTable("", "");
    for (Known known : all()) {
      if (OPTIONS.contains(known.setting().name())) {
        continue;
      }
      table.add("  " + known.setting().name(), text(known));
    }
    return table.lines(width).stream()
        .skip(1)
        .collect(
            Collectors.joining(
                System.lineSeparator(),
                "Settings (--set NAME=VALUE):" + System.lineSeparator(),
                System.lineSeparator()));
  }

  private static String text(Known known) {
    return "%s: %s %s (default: %s)"
        .formatted(
            String.join(", ", known.readers()),
            known.setting().summary(),
            sentence(known.setting().wanted()),
            known.setting().defaultText());
  }

  private static String sentence(String wanted) {
    return Character.toUpperCase(wanted.charAt(0)) + wanted.substring(1);
  }
}
