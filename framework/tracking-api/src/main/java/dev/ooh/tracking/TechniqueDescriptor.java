package dev.ooh.tracking;

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
 */
public record TechniqueDescriptor(
    String name, String summary, int preference, boolean needsStoppedWriters) {
  public TechniqueDescriptor {
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "technique name is '" + name + "', wanted lower-case letters, digits and dashes");
    }
  }
}
