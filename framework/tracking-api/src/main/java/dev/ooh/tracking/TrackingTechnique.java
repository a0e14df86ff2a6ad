package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;

/**
 * A way to find out which pages were written. A stateless factory with a public no-argument
 * constructor, registered as an OSGi service and in {@code META-INF/services}; all methods may be
 * called by any thread, several times at once.
 */
public interface TrackingTechnique {
  /** Constant for the life of the object. */
  TechniqueDescriptor descriptor();

  /**
   * Tries the technique on {@code space} and says whether it works there, by doing and not by
   * asking version numbers. Leaves nothing behind, and writes to no mapping it did not make. {@link
   * RoundTrip} does it for most techniques.
   *
   * <p>Not to be called while a session of the same technique is open on {@code space}: some kernel
   * interfaces serve one tracker a process, and trying them would disturb it.
   */
  Probe probe(AddressSpace space);

  /**
   * Starts gathering for {@code space}. Nothing is armed until the session's first fetch.
   *
   * @throws TrackingException when the technique can't work there, now or at all; the message says
   *     what was found and wanted
   */
  TrackingSession open(AddressSpace space) throws TrackingException;

  /**
   * What {@code space} says of a setting that the technique {@linkplain
   * TechniqueDescriptor#settings declares}.
   *
   * @throws TrackingException if it is not what the setting wants; the message names the setting,
   *     what was found and what was wanted
   */
  static <T> T setting(AddressSpace space, Setting<T> setting) throws TrackingException {
    try {
      return space.setting(setting);
    } catch (IllegalArgumentException e) {
      throw new TrackingException(String.valueOf(e.getMessage()), e);
    }
  }
}
