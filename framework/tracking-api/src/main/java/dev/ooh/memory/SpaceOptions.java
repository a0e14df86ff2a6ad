package dev.ooh.memory;

import java.util.HashMap;
import java.util.Map;

/**
 * How to open an address space.
 *
 * @param name for messages and meters
 * @param settings by name, as text. Which there are, the substrate and the techniques declare: see
 *     {@link Substrate#settings} and {@code TechniqueDescriptor.settings}. Who doesn't know one
 *     passes over it; whoever takes names from people checks them against what is declared ({@link
 *     Settings#check})
 */
public record SpaceOptions(String name, Map<String, String> settings) {
  public SpaceOptions {
    settings = Map.copyOf(settings);
  }

  public static SpaceOptions named(String name) {
    return new SpaceOptions(name, Map.of());
  }

  public SpaceOptions with(String setting, String value) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(setting, value);
    return new SpaceOptions(name, all);
  }

  /** These options, with {@code others} for the settings of which they say nothing. */
  public SpaceOptions withDefaults(Map<String, String> others) {
    Map<String, String> all = new HashMap<>(others);
    all.putAll(settings);
    return new SpaceOptions(name, all);
  }

  /**
   * What is said of {@code setting}, else its default.
   *
   * @throws IllegalArgumentException as {@link Setting#parse} does
   */
  public <T> T value(Setting<T> setting) {
    String text = settings.get(setting.name());
    return text == null ? setting.defaultValue() : setting.parse(text);
  }
}
