package dev.ooh.memory;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is said to whoever gives settings by name. */
public final class Settings {
  private Settings() {}

  /**
   * Checks names that were given.
   *
   * @param where for the message, a name follows: {@code --set names}
   * @throws IllegalArgumentException for one that is not {@code known}, proposing the nearest
   */
  public static void checkNames(Collection<String> given, Collection<String> known, String where) {
    for (String name : new TreeSet<>(given)) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s '%s', wanted a setting of those present: %s"
                .formatted(where, name, proposal(name, known)));
      }
    }
  }

  /**
   * Checks names, as {@link #checkNames}, and values: each by every setting of its name, whoever is
   * to read it.
   *
   * @throws IllegalArgumentException also for a value that is not what a setting wants
   */
  public static void check(
      Map<String, String> given, Collection<? extends Setting<?>> known, String where) {
    checkNames(given.keySet(), known.stream().map(Setting::name).toList(), where);
    for (Setting<?> setting : known) {
      String text = given.get(setting.name());
      if (text != null) {
        setting.parse(text);
      }
    }
  }

  private static String proposal(String name, Collection<String> known) {
    return Nearest.of(name, known)
        .map(nearest -> "did you mean " + nearest + "?")
        .orElseGet(
            () -> known.isEmpty() ? "there is none" : String.join(", ", new TreeSet<>(known)));
  }

  /** The settings among the properties of an OSGi configuration, which has some of its own. */
  public static Map<String, String> ofConfiguration(Map<String, Object> configuration) {
    Map<String, String> settings = new TreeMap<>();
    configuration.forEach(
        (name, value) -> {
          if (!name.matches("(service|component|felix|osgi)\\..*|\\..*")) {
            settings.put(name, String.valueOf(value));
          }
        });
    return settings;
  }
}
