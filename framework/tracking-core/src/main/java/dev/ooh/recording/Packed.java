package dev.ooh.recording;

import dev.ooh.memory.PageSet;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of a block. Numbers of 0 or more are LEB128: seven bits a byte, the lowest first, and
 * the highest bit set in all but the last. Text is its length in bytes and UTF-8. A set of pages is
 * the number of its runs, and for each the distance from the end of the run before and its length,
 * both in pages of 4 KiB:
 *
 * <pre>
 *  runs | gap 0 | pages 0 | gap 1 | pages 1 | …
 * </pre>
 */
final class Packed {
  private static final int FIRST_SIZE = 256;
  private static final int MOST_BITS = 63;

  private byte[] bytes = new byte[FIRST_SIZE];
  private int length;

  void number(long value) {
    long left = value;
    while (left > 0x7f) {
      put((byte) (left | 0x80));
      left >>>= 7;
    }
    put((byte) left);
  }

  void text(String value) {
    byte[] utf = value.getBytes(StandardCharsets.UTF_8);
    number(utf.length);
    for (byte each : utf) {
      put(each);
    }
  }

  /** Whole pages; parts of one count as all of it. */
  void pages(PageSet value) {
    PageSet whole = value.wholePages();
    number(whole.runCount());
    long end = 0;
    for (int run = 0; run < whole.runCount(); run++) {
      number((whole.runStart(run) - end) / PageSet.PAGE_SIZE);
      number((whole.runEnd(run) - whole.runStart(run)) / PageSet.PAGE_SIZE);
      end = whole.runEnd(run);
    }
  }

  private void put(byte value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = value;
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }

  /**
   * @throws IllegalArgumentException if no such number is there
   */
  static long number(ByteBuffer from) {
    long value = 0;
    for (int shift = 0; shift < MOST_BITS; shift += 7) {
      byte next = next(from);
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number has more than 63 bits");
  }

  static String text(ByteBuffer from) {
    byte[] utf = new byte[count(from, 1)];
    from.get(utf);
    return new String(utf, StandardCharsets.UTF_8);
  }

  static PageSet pages(ByteBuffer from) {
    int runs = count(from, 2);
    PageSet.Builder pages = PageSet.builder();
    long end = 0;
    for (int run = 0; run < runs; run++) {
      long start = Math.addExact(end, Math.multiplyExact(number(from), PageSet.PAGE_SIZE));
      end = Math.addExact(start, Math.multiplyExact(number(from), PageSet.PAGE_SIZE));
      pages.add(start, end);
    }
    return pages.build();
  }

  /** A number of things of {@code least} bytes or more each. */
  private static int count(ByteBuffer from, int least) {
    long count = number(from);
    if (count > from.remaining() / least) {
      throw new IllegalArgumentException(
          "%d things of %d bytes in %d bytes".formatted(count, least, from.remaining()));
    }
    return (int) count;
  }

  private static byte next(ByteBuffer from) {
    try {
      return from.get();
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a field is missing", e);
    }
  }
}
