package dev.ooh.tracking;

/**
 * What is known of a technique before it is tried.
 *
 * @param name by which operators choose it: lower case, unique
 * @param summary one line
 * @param preference the higher, the sooner the core chooses it unasked
 * @param needsStoppedWriters whether a fetch is complete only while no thread writes; the core then
 *     stops the writers across it, and refuses the technique where they can't be stopped
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
