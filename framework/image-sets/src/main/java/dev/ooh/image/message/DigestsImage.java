package dev.ooh.image.message;

import dev.ooh.image.ImageException;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Path;

/**
 * {@code ooh-digests.img}, which holds the digests of a set's pages and which CRIU's tools ignore:
 *
 * <pre>
 *  0           4             8              16
 *  ├───────────┼─────────────┼──────────────┼─ runs ─┬───────────┬───────────┬─ … ─┬─ digests ────
 *  │ magic     │ version = 1 │ u64 run      │        │ u64 first │ u64 pages │     │ u32 CRC32C of
 *  │ "OOHD"    │             │ count        │        │ address   │           │     │ each page …
 *  └───────────┴─────────────┴──────────────┴────────┴───────────┴───────────┴─────┴──────────────
 * </pre>
 */
public final class DigestsImage {
  private static final int MAGIC = 'O' | 'O' << 8 | 'H' << 16 | 'D' << 24;
  private static final int VERSION = 1;
  private static final int HEADER = 16;
  private static final int RUN = 16;
  private static final int BUFFER = 1 << 16;
  private static final int PAGE = PageSet.PAGE_SIZE;

  private DigestsImage() {}

  /** Writes it. */
  public static void write(PageDigests digests, OutputStream file) throws IOException {
    PageSet pages = digests.pages();
    ByteBuffer out = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putLong(pages.runCount());
    for (int run = 0; run < pages.runCount(); run++) {
      room(out, RUN, file);
      long start = pages.runStart(run);
      out.putLong(start).putLong((pages.runEnd(run) - start) / PAGE);
    }
    for (IntBuffer values = digests.values(); values.hasRemaining(); ) {
      room(out, Integer.BYTES, file);
      out.putInt(values.get());
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

  /** Reads the one that has these bytes. */
  public static PageDigests parse(Path file, byte[] bytes) throws ImageException {
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
    return new PageDigests(pages.build(), in.asIntBuffer());
  }
}
