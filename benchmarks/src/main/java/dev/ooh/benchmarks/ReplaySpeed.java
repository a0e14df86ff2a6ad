package dev.ooh.benchmarks;

import dev.ooh.cli.PageStores;
import dev.ooh.epml.EpmlTechnique;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.spml.SpmlTechnique;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How fast {@code ooh replay} does its work: intervals in which each page is stored to once, and a
 * fetch after each, on the simulated machine, without what a recording is read with. Processor time
 * of the thread, so that compilers and other programs don't count; prints a Markdown table with the
 * median of the second half of the intervals, and the least of all.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.ReplaySpeed [MEBIBYTES [INTERVALS]]}
 */
final class ReplaySpeed {
  private static final String NONE = "none";

  private final int mebibytes;
  private final int intervals;

  private ReplaySpeed(int mebibytes, int intervals) {
    this.mebibytes = mebibytes;
    this.intervals = intervals;
  }

  public static void main(String[] arguments) throws Exception {
    int mebibytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    int intervals = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
    System.out.println("| technique | millions a second | at best | ns a page: stores | fetch |");
    System.out.println("|---|---|---|---|---|");
    for (String technique : List.of(NONE, "procfs", "uffd", "epml", "spml")) {
      System.out.println(new ReplaySpeed(mebibytes, intervals).row(technique));
    }
  }

  private String row(String technique) throws Exception {
    try (TrackingCore core =
            TrackingCore.create(
                List.of(
                    new ProcfsTechnique(),
                    new UffdTechnique(),
                    new EpmlTechnique(),
                    new SpmlTechnique()));
        AddressSpace space = new VirtualSubstrate().open(SpaceOptions.named("replay"))) {
      if (!technique.equals(NONE)) {
        core.use(space, technique);
      }
      Region region = space.map(RegionRequest.anonymous("pages", (long) mebibytes << 20));
      return space.execution().run(() -> row(technique, core, space, region.pages()));
    }
  }

  private String row(String technique, TrackingCore core, AddressSpace space, PageSet pages)
      throws TrackingException {
    PageStores stores = new PageStores(space);
    TrackingConsumer consumer = space.consumer("replay");
    long[] storing = new long[intervals];
    long[] fetching = new long[intervals];
    stores.spread(pages, -1);
    for (int interval = 0; interval < intervals; interval++) {
      long begin = now();
      stores.spread(pages, interval);
      long stored = now();
      if (!technique.equals(NONE)) {
        try (Interval changed = core.fetch(space, consumer, pages, pages)) {
          changed.commit();
        }
      }
      storing[interval] = stored - begin;
      fetching[interval] = now() - stored;
    }
    double store = median(storing) / pages.pageCount();
    double fetch = median(fetching) / pages.pageCount();
    long least =
        IntStream.range(0, intervals).mapToLong(i -> storing[i] + fetching[i]).min().orElse(0);
    return String.format(
        Locale.ROOT,
        "| `%s` | %.1f | %.1f | %.0f | %.0f |",
        technique,
        1e3 / (store + fetch),
        1e3 * pages.pageCount() / least,
        store,
        fetch);
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Of the second half, when the code is compiled. */
  private static double median(long[] nanos) {
    long[] warm = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
    Arrays.sort(warm);
    return warm[warm.length / 2];
  }
}
