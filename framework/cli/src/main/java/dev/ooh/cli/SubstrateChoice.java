package dev.ooh.cli;

import dev.ooh.memory.Substrate;
import java.util.List;
import java.util.stream.Collectors;

/** Finds a substrate by name. */
public final class SubstrateChoice {
  private SubstrateChoice() {}

  /**
   * The one called {@code name}.
   *
   * @throws UsageException when there is none, naming those present
   */
  public static Substrate find(String name, List<Substrate> present) throws UsageException {
    for (Substrate substrate : present) {
      if (substrate.name().equals(name)) {
        return substrate;
      }
    }
    String names = present.stream().map(Substrate::name).collect(Collectors.joining(", "));
    throw new UsageException(
        "substrate is '%s', wanted one of those present: %s"
            .formatted(name, names.isEmpty() ? "none" : names));
  }
}
