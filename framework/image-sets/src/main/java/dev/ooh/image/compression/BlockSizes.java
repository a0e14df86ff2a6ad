package dev.ooh.image.compression;

import dev.ooh.memory.PageSet;
import java.util.Arrays;

/**
 * How many bytes each block of a pages file takes in it, and their digest: runs of pages are cut
 * into blocks of {@link #PAGES} pages, of which the last of a run may have fewer. For one thread.
 *
 * <pre>
 *  run of pages:  ├───── 64 pages ─────┼───── 64 pages ─────┼─ 9 ─┤
 *  in the file:   ├── size 0 ──┼ size 1 ┼── size 2 ──┤         0 bytes: all zeros; 4096 a page: as it is
 * </pre>
 */
public final class BlockSizes {
  /** 256 KiB: CRIU's usual block. */
  public static final int PAGES = 64;

  /** 4 MiB: CRIU's largest. */
  public static final int MOST_PAGES = 1024;

  private int[] sizes = new int[64];
  private int[] digests = new int[64];
  private int count;

  /** How many blocks a run of pages has. */
  public static long count(long pages, int pagesPerBlock) {
    return (pages + pagesPerBlock - 1) / pagesPerBlock;
  }

  /** How many of its bytes a block has before it is compressed. */
  public static int bytes(long pagesLeft, int pagesPerBlock) {
    return (int) Math.min(pagesLeft, pagesPerBlock) * PageSet.PAGE_SIZE;
  }

  /** Appends the next block. */
  public void add(int size, int digest) {
    if (count == sizes.length) {
      sizes = Arrays.copyOf(sizes, 2 * count);
      digests = Arrays.copyOf(digests, 2 * count);
    }
    sizes[count] = size;
    digests[count++] = digest;
  }

  public int size(int block) {
    return sizes[block];
  }

  /** CRC32C of the block's bytes in the file. */
  public int digest(int block) {
    return digests[block];
  }
}
