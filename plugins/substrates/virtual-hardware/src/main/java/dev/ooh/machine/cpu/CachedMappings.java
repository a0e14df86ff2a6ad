package dev.ooh.machine.cpu;

/**
 * What the processor has cached: guest-physical mappings and the loaded address space's linear ones
 * (Intel SDM volume 3C, 29.4). Counts the moments from which on an address that a translation
 * yielded may be stale.
 */
final class CachedMappings {
  private final int processor;
  private final TranslationCache physical = new TranslationCache();
  private TranslationCache linear = new TranslationCache();
  private Runnable dropped = () -> {};
  private long invalidations;

  /**
   * @param processor its number, under which it has entries in caches of linear mappings
   */
  CachedMappings(int processor) {
    this.processor = processor;
  }

  /** The guest-physical mappings. */
  TranslationCache physical() {
    return physical;
  }

  /** The mappings of the address space that is loaded. */
  TranslationCache linear() {
    return linear;
  }

  /** Sets who else keeps something that is stale after {@link #dropAll}. */
  void whenDropped(Runnable listener) {
    dropped = listener;
  }

  /** Makes {@code cache} that of the loaded address space; it starts empty. */
  void load(TranslationCache cache) {
    invalidations++;
    linear.flush(processor);
    cache.select(processor);
    cache.flush(processor);
    linear = cache;
  }

  /** The processor executes from now on: look-ups see what it has cached. */
  void show() {
    linear.select(processor);
  }

  /** Drops what is cached of the page of {@code gva} in an address space, loaded or not. */
  void invalidate(TranslationCache cache, long gva) {
    invalidations++;
    cache.invalidate(processor, gva);
  }

  /** Drops all mappings of both kinds. */
  void dropAll() {
    invalidations++;
    flush();
    dropped.run();
  }

  /** The processor is closed: there is no memory to map. */
  void flush() {
    physical.flush(0); // where this processor alone has entries
    linear.flush(processor);
  }

  /** Other code runs now, which may change what translations yielded so far. */
  void mayBeStale() {
    invalidations++;
  }

  /** Changes whenever an address that a translation yielded may have become stale. */
  long invalidations() {
    return invalidations;
  }
}
