package dev.ooh.tracking.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which technique is wanted for one address space. Guarded by the {@link SpaceState}. */
final class Wish {
  private Optional<String> technique;
  private boolean askedFor;
  private List<String> fallback;

  /**
   * @param technique what an operator asked for; empty leaves the choice to the core
   * @param fallback what to take when the wanted one is refused or goes away
   */
  Wish(Optional<String> technique, List<String> fallback) {
    this.technique = technique;
    this.askedFor = technique.isPresent();
    this.fallback = fallback;
  }

  Optional<String> technique() {
    return technique;
  }

  List<String> fallback() {
    return fallback;
  }

  void fallback(List<String> techniques) {
    fallback = techniques;
  }

  void askFor(String name) {
    technique = Optional.of(name);
    askedFor = true;
  }

  /** The core's own choice, where nobody asked, is kept to from then on. */
  void settleFor(String name) {
    if (technique.isEmpty()) {
      technique = Optional.of(name);
    }
  }

  List<String> explain() {
    List<String> lines = new ArrayList<>();
    lines.add(
        technique
            .map(name -> name + (askedFor ? " is wanted" : " is wanted: the first usable one"))
            .orElse("no technique is wanted by name: the most preferred usable one is taken"));
    if (!fallback.isEmpty()) {
      lines.add("fallback: " + String.join(", ", fallback));
    }
    return lines;
  }
}
