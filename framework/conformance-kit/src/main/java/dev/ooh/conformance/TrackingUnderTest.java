package dev.ooh.conformance;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingControl;
import java.util.List;
import java.util.Optional;

/**
 * A core with the techniques under test, on a plain class path or in OSGi, and what can be done to
 * it. What a setting can't do it answers with false, and the kit goes without.
 */
public interface TrackingUnderTest extends AutoCloseable {
  TrackingControl control();

  /** Makes a technique go away, as stopping its bundle does. */
  default boolean depart(String technique) {
    return false;
  }

  /** Brings back what {@link #depart} took away. */
  default boolean arrive(String technique) {
    return false;
  }

  /** Makes the next fetch of whatever technique is active die. */
  default boolean kill(Death death) {
    return false;
  }

  /**
   * Makes every technique unable to watch {@code pages}, besides what it could not before: they are
   * in each of its answers, with {@code reason}.
   */
  default boolean blind(PageSet pages, String reason) {
    return false;
  }

  /** Ends what {@link #blind} began. */
  default void see() {}

  /** What sessions answered since this was last asked; empty where nobody listens, too. */
  default List<Gathered> takeAnswers() {
    return List.of();
  }

  /** What the techniques had to do so far; empty where nobody counts. */
  default Optional<Work> work() {
    return Optional.empty();
  }

  @Override
  void close();
}
