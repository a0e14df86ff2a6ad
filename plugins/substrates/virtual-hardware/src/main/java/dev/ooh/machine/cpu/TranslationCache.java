package dev.ooh.machine.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cached translations of one address space: for each processor that runs in it a flat array
 * with an entry for each 4 KiB page. Legal as a TLB because invalidation empties it (Intel SDM
 * volume 3A, 5.10.4), and faster than a small set-associative one.
 *
 * <pre>
 *  63                                28 27                2   1        0
 * +------------------------------------+-------------------+--------+--------+
 * | (native - cached address) &gt;&gt; 12    | generation        |writable|readable|
 * +------------------------------------+-------------------+--------+--------+
 * </pre>
 *
 * An entry counts while its generation is the cache's: {@link #flush} steps the generation instead
 * of clearing. "Writable" also says that every dirty flag that a write would set is set, so it
 * hides later writes until the entry is invalidated.
 *
 * <p>Look-ups see what the processor has cached that executes in the address space ({@link
 * #select}); what the others have is kept aside, so that a look-up costs the same however many
 * there are.
 *
 * <p>Filled and invalidated by the processors alone, on the thread that executes the guest.
 */
public final class TranslationCache {
  /** The highest address that can be cached is below 2^{@value}; beyond, every access walks. */
  public static final int ADDRESS_BITS = 40;

  static final long READABLE = 1;
  static final long WRITABLE = 2;

  private static final int GENERATION_SHIFT = 2;
  private static final long GENERATION_MASK = (long) CachedPages.MAX_GENERATION << GENERATION_SHIFT;
  private static final long READ_MASK = GENERATION_MASK | READABLE;
  private static final long WRITE_MASK = GENERATION_MASK | WRITABLE;
  private static final int ADDRESS_SHIFT = 28;
  private static final long OFFSET_AND_HIGH_BITS = 0xFFFF_F800_0000_0FFFL;

  // Plain fields that a caller's loop keeps in registers between misses: what is shown, or no
  // entries while they are hidden.
  private long[] entries = CachedPages.NONE;
  private long readTag;
  private long writeTag;
  private boolean hidden;

  private CachedPages shown = new CachedPages();
  private long flushes;

  /** What each processor has cached, by its number; the one shown included. */
  private @Nullable CachedPages[] byProcessor = {shown};

  /** An empty cache, which shows what processor 0 has cached. */
  public TranslationCache() {
    update();
  }

  /**
   * The native address of the {@code bytes} at {@code address} when a read of them is cached and
   * they lie in one 4 KiB page, else 0. Valid until the next step of the guest that may invalidate.
   *
   * @param bytes 1 to 4096; a constant where speed matters
   */
  public long readable(long address, int bytes) {
    return cached(address, bytes, READ_MASK, readTag);
  }

  /** As {@link #readable}, for a write. */
  public long writable(long address, int bytes) {
    return cached(address, bytes, WRITE_MASK, writeTag);
  }

  /**
   * Hides the entries, so that every access misses and takes the slow way, where the caller is
   * checked. Called by the thread that executes the guest in this address space, before it gives up
   * the CPU. A check of the caller at each access would do the same, but random stores took half as
   * long again with it.
   */
  public void hide() {
    hidden = true;
    entries = CachedPages.NONE;
  }

  /** Whether every access misses. */
  public boolean isHidden() {
    return hidden;
  }

  /** Undoes {@link #hide}, for the thread that executes the guest from now on. */
  public void show() {
    hidden = false;
    entries = shown.table();
  }

  private long cached(long address, int bytes, long mask, long tag) {
    long[] visible = entries;
    int page = (int) (address >>> 12);
    if (page >= 0 && page < visible.length) {
      long entry = visible[page];
      // One comparison for two conditions: no address bit beyond those of an int page number, and
      // all bytes in one page. The sum below needs no offset, as the entry holds a difference.
      if (((entry ^ tag) & mask) == 0
          && Long.compareUnsigned(address & OFFSET_AND_HIGH_BITS, 4096 - bytes) <= 0) {
        return address + (entry >> ADDRESS_SHIFT << 12);
      }
    }
    return 0;
  }

  /** Shows what {@code processor} has cached, which executes in this address space from now on. */
  void select(int processor) {
    CachedPages next = of(processor);
    if (next != shown) {
      shown = next;
      update();
    }
  }

  private CachedPages of(int processor) {
    if (processor >= byProcessor.length) {
      byProcessor = Arrays.copyOf(byProcessor, processor + 1);
    }
    CachedPages known = byProcessor[processor];
    if (known == null) {
      known = new CachedPages();
      byProcessor[processor] = known;
    }
    return known;
  }

  /**
   * Caches the translation of {@code address}'s page for the processor that executes.
   *
   * @param nativePage the native address of the page's first byte
   * @param rights READABLE, WRITABLE or both
   * @param large whether a 2 MiB page of the guest holds the page
   */
  void fill(long address, long nativePage, long rights, boolean large) {
    if (address >>> ADDRESS_BITS != 0) {
      return;
    }
    long entry =
        (nativePage - (address & ~0xFFFL)) >> 12 << ADDRESS_SHIFT
            | (long) shown.generation() << GENERATION_SHIFT
            | rights;
    shown.set((int) (address >>> 12), entry, large);
    entries = hidden ? CachedPages.NONE : shown.table();
  }

  /**
   * Drops what {@code processor} has cached for the page of {@code address}, all of it where it is
   * a 2 MiB page.
   */
  void invalidate(int processor, long address) {
    if (address >>> ADDRESS_BITS == 0) {
      of(processor).invalidate((int) (address >>> 12));
    }
  }

  /** Changes with each {@link #flush}. */
  long flushes() {
    return flushes;
  }

  /** Drops everything that {@code processor} has cached. */
  void flush(int processor) {
    flushes++;
    CachedPages pages = of(processor);
    pages.flush();
    if (pages == shown) {
      update();
    }
  }

  /** Looks up in what is shown from now on. */
  private void update() {
    entries = hidden ? CachedPages.NONE : shown.table();
    readTag = (long) shown.generation() << GENERATION_SHIFT | READABLE;
    writeTag = (long) shown.generation() << GENERATION_SHIFT | WRITABLE;
  }

  /** Steps near the end of the generations, for a test of the wrap. */
  void setGenerationForTest(int next) {
    shown.setGenerationForTest(next);
    update();
  }
}
