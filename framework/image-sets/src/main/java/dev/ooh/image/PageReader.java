package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.util.Arrays;

/** Where pages are copied from. */
@FunctionalInterface
public interface PageReader {
  /** Copies {@code length} bytes from {@code address} on into {@code target}. */
  void read(long address, byte[] target, int offset, int length);

  /** Those of {@code candidates} that hold nothing but zeros, which no set need have. */
  default PageSet zeros(PageSet candidates) {
    PageSet.Builder found = PageSet.builder();
    byte[] page = new byte[PageSet.PAGE_SIZE];
    byte[] zeros = new byte[PageSet.PAGE_SIZE];
    candidates.forEachPage(
        address -> {
          read(address, page, 0, page.length);
          if (Arrays.equals(page, zeros)) {
            found.addPage(address);
          }
        });
    return found.build();
  }
}
