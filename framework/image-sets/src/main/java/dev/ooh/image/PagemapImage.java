package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.ByteArrayOutputStream;

/** A {@code pagemap-N.img} being made: runs of pages, in ascending order. */
public final class PagemapImage {
  private final ByteArrayOutputStream image = Entries.begin(ImageType.PAGEMAP);

  /**
   * @param pagesId N of the {@code pages-N.img} that the present pages are in
   */
  public PagemapImage(int pagesId) {
    Entries.append(image, CriuImages.pagemapHead(pagesId));
  }

  /** Adds a run of whole pages: the next ones of the pages file, or some of the parent set. */
  public void add(long start, long end, boolean inParent) {
    Entries.append(image, CriuImages.pages(start, (end - start) / PageSet.PAGE_SIZE, inParent));
  }

  public byte[] toByteArray() {
    return image.toByteArray();
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
