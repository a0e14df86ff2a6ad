package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A digest for every page of a set, those of the parent included, so that a restore can tell that
 * each page is what it was. {@code ooh-digests.img}, which CRIU's tools ignore, holds them:
 *
 * <pre>
 *  0           4             8              16
 *  ├───────────┼─────────────┼──────────────┼─ runs ─┬───────────┬───────────┬─ … ─┬─ digests ────
 *  │ magic     │ version = 1 │ u64 run      │        │ u64 first │ u64 pages │     │ u32 CRC32C of
 *  │ "OOHD"    │             │ count        │        │ address   │           │     │ each page …
 *  └───────────┴─────────────┴──────────────┴────────┴───────────┴───────────┴─────┴──────────────
 * </pre>
 */
public final class PageDigests {
  static final String FILE = "ooh-digests.img";
  private static final int MAGIC = 'O' | 'O' << 8 | 'H' << 16 | 'D' << 24;
  private static final int VERSION = 1;
  private static final int HEADER = 16;
  private static final int RUN = 16;
  private static final int BUFFER = 1 << 16;
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final PageSet pages;
  private final int[] firstIndex;
  private final int[] digests;

  /** Digests of {@code pages}, all zero yet. Whole pages only. */
  PageDigests(PageSet pages) {
    this.pages = pages;
    this.firstIndex = new int[pages.runCount()];
    int count = 0;
    for (int run = 0; run < firstIndex.length; run++) {
      firstIndex[run] = count;
      count = Math.addExact(count, (int) ((pages.runEnd(run) - pages.runStart(run)) / PAGE));
    }
    this.digests = new int[count];
  }

  static PageDigests none() {
    return new PageDigests(PageSet.empty());
  }

  PageSet pages() {
    return pages;
  }

  /** The digest of the page at {@code address}, which must be in {@link #pages}. */
  int get(long address) {
    return digests[index(address)];
  }

  void set(long address, int digest) {
    digests[index(address)] = digest;
  }

  /**
   * Compares pages with their digests.
   *
   * @param pages whole ones, from its position to its limit; its position is anywhere afterwards
   * @param digest to compute with
   * @param start the address of the first
   * @param file that they were read from, from {@code offset} on
   * @param damage is told of those that are not what they were
   */
  void verify(
      ByteBuffer pages, Digest digest, long start, Path file, long offset, DamageSink damage)
      throws ImageException {
    int first = pages.position();
    int length = pages.remaining();
    for (int at = 0; at < length; at += PAGE) {
      int wanted = get(start + at);
      int found = digest.next(pages.limit(first + at + PAGE).position(first + at));
      if (found != wanted) {
        damage.damaged(
            start + at,
            new ImageException(
                file,
                offset + at,
                "page 0x%x with %s".formatted(start + at, Digest.text(found)),
                Digest.text(wanted)));
      }
    }
  }

  /** Compares {@code some} of the pages with memory; returns those that differ. */
  PageSet different(PageSet some, PageReader source) {
    PageSet.Builder different = PageSet.builder();
    byte[] page = new byte[PageSet.PAGE_SIZE];
    Digest digest = new Digest();
    some.forEachPage(
        address -> {
          source.read(address, page, 0, page.length);
          if (digest.next(page, 0, page.length) != get(address)) {
            different.addPage(address);
          }
        });
    return different.build();
  }

  /** The pages whose digest is another one in {@code other}, or that only one of them has. */
  PageSet different(PageDigests other) {
    PageSet both = pages.intersect(other.pages);
    PageSet.Builder different = PageSet.builder();
    both.forEachPage(
        page -> {
          if (get(page) != other.get(page)) {
            different.addPage(page);
          }
        });
    return different.build().union(pages.union(other.pages).minus(both));
  }

  /**
   * The first page from {@code start} on whose digest is another one in {@code other}; {@code end}
   * if there is none. Both have all pages up to there.
   */
  long mismatch(PageDigests other, long start, long end) {
    if (start >= end) {
      return end;
    }
    int count = (int) ((end - start) / PAGE);
    int here = index(start);
    int there = other.index(start);
    int first = Arrays.mismatch(digests, here, here + count, other.digests, there, there + count);
    return first < 0 ? end : start + (long) first * PAGE;
  }

  private int index(long address) {
    int low = 0;
    int high = firstIndex.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (address < pages.runStart(middle)) {
        high = middle - 1;
      } else if (address >= pages.runEnd(middle)) {
        low = middle + 1;
      } else {
        return firstIndex[middle] + (int) ((address - pages.runStart(middle)) / PAGE);
      }
    }
    throw new IllegalArgumentException(
        "page 0x%x has no digest, wanted one of %s".formatted(address, pages));
  }

  void write(OutputStream file) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putLong(pages.runCount());
    for (int run = 0; run < pages.runCount(); run++) {
      room(out, RUN, file);
      long start = pages.runStart(run);
      out.putLong(start).putLong((pages.runEnd(run) - start) / PAGE);
    }
    for (int digest : digests) {
      room(out, Integer.BYTES, file);
      out.putInt(digest);
    }
    room(out, BUFFER, file);
  }

  /** Writes what is in {@code out}, unless there is room for so many bytes. */
  private static void room(ByteBuffer out, int bytes, OutputStream file) throws IOException {
    if (out.remaining() < bytes) {
      file.write(out.array(), 0, out.position());
      out.clear();
    }
  }

  static PageDigests parse(Path file, byte[] bytes) throws ImageException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER) {
      throw new ImageException(file, bytes.length, "the end", HEADER + " bytes of header");
    }
    OwnFormat.check(file, in, MAGIC, VERSION);
    long runs = in.getLong();
    if (runs < 0 || runs > in.remaining() / RUN) {
      throw new ImageException(
          file, 8, runs + " runs", "at most " + in.remaining() / RUN + " for this length");
    }
    PageSet.Builder pages = PageSet.builder();
    long last = 0;
    long count = 0;
    for (long run = 0; run < runs; run++) {
      int offset = in.position();
      long start = in.getLong();
      long length = in.getLong();
      if (start < last
          || start % PAGE != 0
          || length < 1
          || length > (Long.MAX_VALUE - start) / PAGE) {
        throw new ImageException(
            file,
            offset,
            "run of %d pages at 0x%x".formatted(length, start),
            "a run from 0x%x on".formatted(last));
      }
      last = start + length * PAGE;
      count = Math.addExact(count, length);
      pages.add(start, last);
    }
    if (count * Integer.BYTES != in.remaining()) {
      throw new ImageException(
          file,
          in.position(),
          in.remaining() + " bytes of digests",
          count * Integer.BYTES + " for " + count + " pages");
    }
    PageDigests result = new PageDigests(pages.build());
    in.asIntBuffer().get(result.digests);
    return result;
  }
}
