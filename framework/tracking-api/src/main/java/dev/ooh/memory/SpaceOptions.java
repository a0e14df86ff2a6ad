package dev.ooh.memory;

import java.util.HashMap;
import java.util.Map;

/**
 * How to open an address space.
 *
 * @param name for messages and meters
 * @param settings by name; a substrate ignores those that it doesn't know. {@code virtual} knows
 *     {@code memory} (bytes of guest-physical memory), {@code seed} (of the scheduler), {@code
 *     quantum} (polls and translation misses between hand-overs) and {@code cost-profile} ({@code
 *     sc22}, {@code zero} or a file). SPML knows {@code reverse-map-reuse} ({@code true}: a mapping
 *     resolved once is not paid for again, as in Boehm GC; default {@code false}); SPML and EPML
 *     know {@code ring-entries} (of the ring buffer; default: at least one a tracked page); write
 *     barriers know {@code write-barrier.card} (bytes of a card, a power of two from 64 to 4096,
 *     the default); uffd knows {@code uffd.mode} ({@code synchronous} or {@code asynchronous};
 *     default: the first that works, region by region; with {@code synchronous}, what that can't
 *     watch, such as a file on disk, is in every report)
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
}
