package dev.ooh.image;

import dev.ooh.memory.Region;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an image set is of, and what a restore needs besides memory.
 *
 * @param complete whether the program stood still: only then can it be restored
 * @param heapAddress where the program's state starts
 * @param parent the identity of the set that it builds on; null when there is none, or a version
 *     wrote it that did not say
 * @param metadata what the program had to say of itself, by name
 */
public record SetDescription(
    boolean complete,
    String application,
    String configuration,
    String substrate,
    String technique,
    long heapAddress,
    List<Region> regions,
    @Nullable Integer parent,
    Map<String, String> metadata) {
  public SetDescription {
    regions = List.copyOf(regions);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /** Of a set of which its writer is yet to say what it builds on, without metadata. */
  public SetDescription(
      boolean complete,
      String application,
      String configuration,
      String substrate,
      String technique,
      long heapAddress,
      List<Region> regions) {
    this(
        complete,
        application,
        configuration,
        substrate,
        technique,
        heapAddress,
        regions,
        null,
        Map.of());
  }

  /** With these words of the program's own. */
  public SetDescription withMetadata(Map<String, String> words) {
    return with(complete, parent, words);
  }

  /**
   * The same of a set that builds on another one.
   *
   * @param identity of what it builds on; null for nothing
   */
  public SetDescription on(@Nullable Integer identity) {
    return with(complete, identity, metadata);
  }

  /** Of a set that others build on and nobody restores. */
  public SetDescription asBase() {
    return with(false, parent, metadata);
  }

  private SetDescription with(
      boolean whole, @Nullable Integer identity, Map<String, String> words) {
    return new SetDescription(
        whole,
        application,
        configuration,
        substrate,
        technique,
        heapAddress,
        regions,
        identity,
        words);
  }
}
