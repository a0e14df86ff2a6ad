package dev.ooh.tracking;

import dev.ooh.memory.Setting;
import java.util.List;

/**
 * What is known of a technique before it is tried.
 *
 * @param name by which operators choose it: lower case, unique
 * @param summary one line
 * @param preference the higher, the sooner the core chooses it unasked
 * @param needsStoppedWriters whether in one of its ways a fetch is complete only while no thread
 *     writes. Where {@linkplain TrackingSession#needsStoppedWriters a session} says that it is its
 *     own way, the core stops the writers across each fetch, and refuses the technique where they
 *     can't be stopped
 * @param seesOutsideWrites whether it reports writes that none of the program's own stores make,
 *     such as the kernel's. One that doesn't, since it lives in the storing code, also learns of a
 *     store just after it was made: what another thread has seen already may be in the next report
 *     only. Its preference is below 0, that of all-dirty, so that it is never chosen unasked
 * @param settings what it takes from the settings of an address space
 */
public record TechniqueDescriptor(
    String name,
    String summary,
    int preference,
    boolean needsStoppedWriters,
    boolean seesOutsideWrites,
    List<Setting<?>> settings) {
  public TechniqueDescriptor {
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "technique name is '" + name + "', wanted lower-case letters, digits and dashes");
    }
    if (!seesOutsideWrites && preference >= 0) {
      throw new IllegalArgumentException(
          "technique %s does not see outside writes and has preference %d, wanted one below 0"
              .formatted(name, preference));
    }
    settings = List.copyOf(settings);
  }

  /** A technique without settings. */
  public TechniqueDescriptor(
      String name,
      String summary,
      int preference,
      boolean needsStoppedWriters,
      boolean seesOutsideWrites) {
    this(name, summary, preference, needsStoppedWriters, seesOutsideWrites, List.of());
  }

  /** A technique that sees every write, whoever makes it. */
  public TechniqueDescriptor(
      String name, String summary, int preference, boolean needsStoppedWriters) {
    this(name, summary, preference, needsStoppedWriters, true);
  }

  /** The same technique, with these settings. */
  public TechniqueDescriptor withSettings(Setting<?>... declared) {
    return new TechniqueDescriptor(
        name, summary, preference, needsStoppedWriters, seesOutsideWrites, List.of(declared));
  }
}
