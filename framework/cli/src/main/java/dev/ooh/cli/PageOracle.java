package dev.ooh.cli;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows by looking which pages changed: it keeps a digest of every page, and compares. Independent
 * of every technique, and so their judge. Slow: it reads everything.
 *
 * <p>While it looks nothing may write to the pages. A store that leaves a page's contents as they
 * were is not seen as a change. For one thread, of the space's execution context.
 */
public final class PageOracle {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private final Memory memory;
  private final Map<Long, Long> digests = new HashMap<>();
  private final byte[] page = new byte[PAGE];

  public PageOracle(Memory memory) {
    this.memory = memory;
  }

  /**
   * What an interval was worth.
   *
   * @param written pages whose contents differ from the last look; all of them at the first
   * @param reported pages the interval delivered
   * @param lost pages that differ and were not delivered: must be empty
   */
  public record Observation(PageSet written, PageSet reported, PageSet lost) {}

  /**
   * Looks at {@code scan}, right after an interval over it was fetched and before anything is
   * written. A page that was not looked at before counts as written.
   */
  public Observation observe(PageSet scan, PageSet reported) {
    PageSet.Builder changed = PageSet.builder();
    scan.forEachPage(
        address -> {
          memory.read(address, page, 0, PAGE);
          Long digest = digest(page);
          if (!digest.equals(digests.put(address, digest))) {
            changed.addPage(address);
          }
        });
    PageSet written = changed.build();
    return new Observation(written, reported, written.minus(reported.wholePages()));
  }

  /** Forgets pages that were unmapped. */
  public void forget(PageSet pages) {
    pages.forEachPage(digests::remove);
  }

  /** 64 bits over a page: a collision hides a change once in 2⁶⁴. */
  private static long digest(byte[] bytes) {
    long hash = 0x9E3779B97F4A7C15L;
    for (int i = 0; i < PAGE; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i);
      hash = (hash ^ word) * 0xD6E8FEB86659FD93L;
      hash ^= hash >>> 32;
    }
    return hash;
  }
}
