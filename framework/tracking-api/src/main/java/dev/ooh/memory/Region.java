package dev.ooh.memory;

/**
 * A mapping of an address space.
 *
 * @param name for messages and image files
 * @param start first address, a multiple of the page size
 * @param bytes length, a positive multiple of the page size
 */
public record Region(String name, long start, long bytes) {
  public Region {
    if (start < 0 || bytes <= 0 || ((start | bytes) & (PageSet.PAGE_SIZE - 1)) != 0) {
      throw new IllegalArgumentException(
          "region %s is [0x%x, +0x%x), wanted a page-aligned start and a positive page-aligned length"
              .formatted(name, start, bytes));
    }
  }

  public long end() {
    return start + bytes;
  }

  public PageSet pages() {
    return PageSet.of(start, end());
  }
}
