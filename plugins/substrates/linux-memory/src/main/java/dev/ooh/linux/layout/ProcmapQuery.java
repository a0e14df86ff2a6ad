package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct procmap_query} of {@code ioctl(PROCMAP_QUERY)} on {@code /proc/self/maps}
 * (linux/fs.h, since Linux 6.11), 104 bytes.
 *
 * <pre>
 *  0 size          8 query_flags   16 query_addr     24 vma_start
 * 32 vma_end      40 vma_flags     48 vma_page_size  56 vma_offset
 * 64 inode        72 dev_major, dev_minor            80 vma_name_size, build_id_size
 * 88 vma_name_addr                 96 build_id_addr
 * </pre>
 */
public final class ProcmapQuery {
  public static final int BYTES = 104;

  /** {@code _IOWR('f', 17, struct procmap_query)}. */
  public static final long PROCMAP_QUERY = 0xC0686611L;

  /** The mapping at the address, or else the next one above it. */
  private static final long COVERING_OR_NEXT_VMA = 0x10;

  private static final long VMA_SHARED = 0x08;

  private static final long SIZE = 0;
  private static final long QUERY_FLAGS = 8;
  private static final long QUERY_ADDR = 16;
  private static final long VMA_START = 24;
  private static final long VMA_END = 32;
  private static final long VMA_FLAGS = 40;
  private static final long INODE = 64;

  private ProcmapQuery() {}

  /** Asks for the mapping at {@code address} or the next one. */
  public static void ask(MemorySegment query, long address) {
    query.fill((byte) 0);
    query.set(JAVA_LONG, SIZE, BYTES);
    query.set(JAVA_LONG, QUERY_FLAGS, COVERING_OR_NEXT_VMA);
    query.set(JAVA_LONG, QUERY_ADDR, address);
  }

  public static long start(MemorySegment query) {
    return query.get(JAVA_LONG, VMA_START);
  }

  public static long end(MemorySegment query) {
    return query.get(JAVA_LONG, VMA_END);
  }

  public static boolean isShared(MemorySegment query) {
    return (query.get(JAVA_LONG, VMA_FLAGS) & VMA_SHARED) != 0;
  }

  /** 0 for anonymous memory. */
  public static long inode(MemorySegment query) {
    return query.get(JAVA_LONG, INODE);
  }
}
