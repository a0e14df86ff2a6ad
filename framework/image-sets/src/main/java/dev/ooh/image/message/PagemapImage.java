package dev.ooh.image.message;

import com.google.protobuf.CodedOutputStream;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.memory.PageSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A {@code pagemap-N.img} being made: runs of pages, in ascending order. */
public final class PagemapImage {
  private static final int BUFFER = 1 << 16;

  private final ByteArrayOutputStream image = new ByteArrayOutputStream();
  private final CodedOutputStream out;

  /**
   * Makes it in memory.
   *
   * @param pagesId N of the {@code pages-N.img} that the present pages are in
   */
  public PagemapImage(int pagesId) {
    out = CodedOutputStream.newInstance(image);
    try {
      begin(out, pagesId);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory fails otherwise
    }
  }

  /** Adds a run of whole pages: the next ones of the pages file, or some of the parent set. */
  public void add(long start, long end, boolean inParent) {
    try {
      append(out, start, end, inParent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public byte[] toByteArray() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return image.toByteArray();
  }

  /** Writes one of the runs of both sets, which have no page in common, without an object each. */
  public static void write(OutputStream file, int pagesId, PageSet present, PageSet inParent)
      throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(file, BUFFER);
    begin(out, pagesId);
    runs(present, inParent, (start, end, parent) -> append(out, start, end, parent));
    out.flush();
  }

  /** As {@link #write}, of present pages that are compressed. */
  public static void writeCompressed(
      OutputStream file, int pagesId, PageSet present, PageSet inParent, BlockSizes sizes)
      throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(file, BUFFER);
    begin(out, pagesId);
    int[] next = {0};
    runs(
        present,
        inParent,
        (start, end, parent) -> {
          if (parent) {
            append(out, start, end, parent);
          } else {
            long count = (end - start) / PageSet.PAGE_SIZE;
            next[0] = CriuImages.writeBlocks(out, start, count, sizes, next[0]);
          }
        });
    out.flush();
  }

  private static void begin(CodedOutputStream out, int pagesId) throws IOException {
    ByteArrayOutputStream head = Entries.begin(ImageType.PAGEMAP);
    Entries.append(head, CriuImages.pagemapHead(pagesId));
    out.writeRawBytes(head.toByteArray());
  }

  private static void append(CodedOutputStream out, long start, long end, boolean inParent)
      throws IOException {
    CriuImages.writePages(out, start, (end - start) / PageSet.PAGE_SIZE, inParent);
  }

  /** Is told of runs of pages, in ascending order. */
  @FunctionalInterface
  public interface RunSink<E extends Exception> {
    void run(long start, long end, boolean inParent) throws E;
  }

  /** Tells {@code sink} of the runs of both sets, which have no page in common. */
  public static <E extends Exception> void runs(PageSet present, PageSet inParent, RunSink<E> sink)
      throws E {
    int p = 0;
    int q = 0;
    while (p < present.runCount() || q < inParent.runCount()) {
      boolean parentNext =
          p == present.runCount()
              || (q < inParent.runCount() && inParent.runStart(q) < present.runStart(p));
      PageSet set = parentNext ? inParent : present;
      int run = parentNext ? q++ : p++;
      sink.run(set.runStart(run), set.runEnd(run), parentNext);
    }
  }
}
