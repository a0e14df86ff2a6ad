package dev.ooh.criu.remote;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets of given pages; the contents of each run are as {@link Transcript#contents} has them. */
final class SmallSets {
  private final SetPlace place;
  private final int pid;
  private @Nullable WrittenSet previous;

  SmallSets(SetPlace place, int pid) {
    this.place = place;
    this.pid = pid;
  }

  private static PageSet pages(List<Long> addresses) {
    PageSet.Builder pages = PageSet.builder();
    addresses.forEach(pages::addPage);
    return pages.build();
  }

  void write(List<Long> present, List<Long> inParent) throws IOException {
    PageSet here = pages(present);
    PageSet holes = pages(inParent);
    try (ImageSetWriter writer = new ImageSetWriter(place, pid, Optional.ofNullable(previous))) {
      writer.pages(
          here.union(holes),
          holes,
          (address, target, offset, length) -> {
            long start = runStart(here, address);
            for (int done = 0; done < length; done += PageSet.PAGE_SIZE) {
              byte number = (byte) ((address + done - start) / PageSet.PAGE_SIZE + 1);
              Arrays.fill(target, offset + done, offset + done + PageSet.PAGE_SIZE, number);
            }
          },
          written -> {});
      previous =
          writer.finish(
              new SetDescription(true, "small", "", "toy", "none", 0, List.of()),
              new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  private static long runStart(PageSet pages, long address) {
    for (int run = 0; run < pages.runCount(); run++) {
      if (address >= pages.runStart(run) && address < pages.runEnd(run)) {
        return pages.runStart(run);
      }
    }
    throw new IllegalArgumentException("0x%x".formatted(address));
  }
}
