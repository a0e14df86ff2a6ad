package dev.ooh.memory;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tracked process's memory, on one {@link Substrate}. Whoever opens a space closes it; a
 * substrate that goes away meanwhile refuses new spaces and keeps the mappings of open ones alive.
 *
 * <p>All methods may be called by any thread.
 */
public interface AddressSpace extends AutoCloseable {
  /** A name for messages and meters; need not be unique. */
  String name();

  /** The name of the substrate: {@code virtual} or {@code linux}. */
  String substrate();

  /** The bytes; the same object for the life of the space. */
  Memory memory();

  /** Where the space's threads come from. */
  ExecutionContext execution();

  /**
   * Maps zeroed memory. A new mapping is born dirty: the first interval that scans it reports all
   * of it, whatever was mapped there before.
   *
   * @throws MemoryAccessException if the asked address is taken or memory is exhausted; the message
   *     names the region, what was found and wanted
   */
  Region map(RegionRequest request);

  /** Removes a mapping; a later access to it throws. Pages owed to consumers are forgotten. */
  void unmap(Region region);

  /** The current mappings in ascending order of address, as a list that is not to be changed. */
  List<Region> regions();

  /** Drops the contents of whole pages, which read as zero afterwards and count as written. */
  void discard(PageSet pages);

  /**
   * Says that all of these whole pages are about to be written. A substrate may do together and
   * cheaply what the first store to each of them would cost; contents stay. They may be reported as
   * written, whether a store follows or not. What can't be done is left to the stores.
   */
  default void expectWrites(PageSet pages) {}

  /**
   * Declares pages that are written past every technique, such as a buffer registered with
   * io_uring: each interval that scans them reports them.
   */
  void declareAlwaysDirty(PageSet pages);

  /** What was declared always dirty and is still mapped. */
  PageSet alwaysDirty();

  /** Registers somebody who wants to know which pages changed. */
  TrackingConsumer consumer(String name);

  /**
   * Asks what this space's substrate offers: to consumers {@link CopyBeforeWrite}, to techniques a
   * type of {@code dev.ooh.tracking.facility}, or one that the substrate's own bundle exports.
   */
  <F> Optional<F> facility(Class<F> type);

  /**
   * What {@link SpaceOptions} said under {@code name} when the space was opened: a setting that a
   * technique knows, not necessarily the substrate. Where they said nothing, what the {@linkplain
   * #setDefaults defaults} say; empty when these say nothing either.
   */
  default Optional<String> setting(String name) {
    return Optional.empty();
  }

  /**
   * The value of a declared setting: what {@link #setting(String)} says, else its default.
   *
   * @throws IllegalArgumentException if what is said is not what the setting wants, naming it
   */
  default <T> T setting(Setting<T> setting) {
    return setting(setting.name()).map(setting::parse).orElseGet(setting::defaultValue);
  }

  /**
   * Sets what holds for settings of which {@link SpaceOptions} said nothing, in place of what the
   * last call set. The core calls it with the operator's configuration; sessions that are open
   * already keep what they have read. A space that takes no settings does nothing.
   */
  default void setDefaults(Map<String, String> settings) {}

  /** Adds a listener, called in the thread that makes the change; see {@link Listener}. */
  void addListener(Listener listener);

  void removeListener(Listener listener);

  boolean isOpen();

  /** Unmaps everything. Late access throws. Closing twice does nothing. */
  @Override
  void close();

  /** Is told of changes to a space. Must not block, and must not call back into the space. */
  interface Listener {
    /** After the mapping exists and before the caller of {@link AddressSpace#map} sees it. */
    default void mapped(AddressSpace space, Region region) {}

    /** After the pages are gone and before their addresses can be used again. */
    default void unmapped(AddressSpace space, PageSet pages) {}

    /** The pages' contents changed without a store: a discard, or a kernel write. */
    default void changed(AddressSpace space, PageSet pages) {}

    /** Something happened after which no technique may trust what it has gathered. */
    default void doubt(AddressSpace space, String reason) {}

    /** The consumer was closed; nothing is owed to it any more. */
    default void consumerClosed(TrackingConsumer consumer) {}

    /** The space is about to close; mappings still exist. */
    default void closing(AddressSpace space) {}
  }
}
