package dev.ooh.conformance;

import dev.ooh.tracking.TrackingControl;

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

  @Override
  void close();
}
