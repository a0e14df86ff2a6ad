package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.List;
import java.util.Optional;

/**
 * A technique and how it came to be chosen.
 *
 * @param insteadOf when it is not the wanted one, why not
 * @param refused one line for each technique that was tried and refused
 */
record Choice(Entry entry, Optional<String> insteadOf, List<String> refused) {

  static Choice of(Entry entry) {
    return new Choice(entry, Optional.empty(), List.of());
  }

  TrackingTechnique technique() {
    return entry.technique();
  }

  String name() {
    return entry.name();
  }

  boolean needsStoppedWriters() {
    return entry.descriptor().needsStoppedWriters();
  }
}
