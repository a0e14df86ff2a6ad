package dev.ooh.image;

import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets of a region of few pages, each of which builds on the one before. */
public final class SmallChain {
  public static final long START = 0x10000;
  public static final int PID = 4711;
  private final SetPlace place;
  private final int pages;
  private @Nullable WrittenSet previous;
  private int fill;

  public SmallChain(SetPlace place, int pages) {
    this.place = place;
    this.pages = pages;
  }

  public static long page(int number) {
    return START + (long) number * PageSet.PAGE_SIZE;
  }

  /** Each page of the set holds the number of the set that wrote it. */
  public Path dump(int... changed) throws IOException {
    return write(true, changed);
  }

  public Path preDump(int... changed) throws IOException {
    return write(false, changed);
  }

  private Path write(boolean complete, int... changed) throws IOException {
    PageSet all = PageSet.of(START, page(pages));
    PageSet.Builder here = PageSet.builder();
    for (int number : changed) {
      here.addPage(page(number));
    }
    WrittenSet parent = previous;
    byte number = (byte) ++fill;
    try (ImageSetWriter writer = new ImageSetWriter(place, PID, Optional.ofNullable(parent))) {
      writer.pages(
          all,
          parent == null ? PageSet.empty() : all.minus(here.build()),
          (address, target, offset, length) -> Arrays.fill(target, offset, offset + length, number),
          written -> {});
      WrittenSet written =
          writer.finish(
              new SetDescription(
                  complete,
                  "small",
                  "",
                  "toy",
                  "none",
                  START,
                  List.of(new Region("r", START, (long) pages * PageSet.PAGE_SIZE))),
              new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
      previous = written;
      return written.path();
    }
  }

  /** The next set builds on no other. */
  void beginAnew() {
    previous = null;
  }
}
