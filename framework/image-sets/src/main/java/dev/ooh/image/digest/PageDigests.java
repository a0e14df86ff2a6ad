package dev.ooh.image.digest;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageReader;
import dev.ooh.memory.PageSet;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A digest for every page of a set, those of the parent included, so that a restore can tell that
 * each page is what it was.
 */
public final class PageDigests {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final PageSet pages;
  private final int[] firstIndex;
  private final int[] digests;

  /** Digests of {@code pages}, all zero yet. Whole pages only. */
  public PageDigests(PageSet pages) {
    this.pages = pages;
    this.firstIndex = new int[pages.runCount()];
    int count = 0;
    for (int run = 0; run < firstIndex.length; run++) {
      firstIndex[run] = count;
      count = Math.addExact(count, (int) ((pages.runEnd(run) - pages.runStart(run)) / PAGE));
    }
    this.digests = new int[count];
  }

  /**
   * The digests of {@code pages}, page by page in ascending order.
   *
   * @param values of which as many are read as there are pages
   */
  public PageDigests(PageSet pages, IntBuffer values) {
    this(pages);
    values.get(digests);
  }

  /** Of a set without pages. */
  public static PageDigests none() {
    return new PageDigests(PageSet.empty());
  }

  /** Those that have a digest. */
  public PageSet pages() {
    return pages;
  }

  /** The digest of the page at {@code address}, which must be in {@link #pages}. */
  public int get(long address) {
    return digests[index(address)];
  }

  /** Notes the digest of the page at {@code address}. */
  public void set(long address, int digest) {
    digests[index(address)] = digest;
  }

  /**
   * Compares pages with their digests.
   *
   * @param pages whole ones, from its position to its limit; its position is anywhere afterwards
   * @param digest to compute with
   * @param start the address of the first
   * @param file that they were read from, from {@code offset} on
   * @param places of that file
   * @param damage is told of those that are not what they were
   */
  public void verify(
      ByteBuffer pages,
      Digest digest,
      long start,
      Path file,
      FilePlaces places,
      long offset,
      DamageSink damage)
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
                places.place(offset + at),
                "page 0x%x with %s".formatted(start + at, Digest.text(found)),
                Digest.text(wanted)));
      }
    }
  }

  /** Compares {@code some} of the pages with memory; returns those that differ. */
  public PageSet different(PageSet some, PageReader source) {
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
  public PageSet different(PageDigests other) {
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
  public long mismatch(PageDigests other, long start, long end) {
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

  /** All of them, page by page in ascending order; a view. */
  public IntBuffer values() {
    return IntBuffer.wrap(digests).asReadOnlyBuffer();
  }
}
