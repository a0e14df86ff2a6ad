package dev.ooh.linux.substrate;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What was written to memory since it was mapped and filled, where nobody watched it so far: the
 * kernel gave each page that was written to a copy of the process's own, and knows of it.
 */
public final class FirstWrites {
  private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");

  private FirstWrites() {}

  /**
   * Has {@code watch} begin, and returns which pages were written before it had. Writers need not
   * stand still.
   *
   * @param pages of private memory that {@link AnonymousMemory} mapped; pages that were copied to
   *     when it was filled count as written
   * @param watch after which no write to the pages is missed
   */
  public static PageSet before(PageSet pages, Runnable watch) {
    try (PagemapScan scan = new PagemapScan()) {
      PageSet first = scan.ownOrSwapped(pages);
      watch.run();
      PageSet second = scan.own(pages);
      // A page that was written and went to swap meanwhile would be in neither.
      return isSwapped() ? pages : first.union(second);
    } catch (CallException e) {
      watch.run();
      return pages;
    }
  }

  /** Whether anything of this process is out in swap, or nobody can tell. */
  private static boolean isSwapped() {
    try {
      return Files.readAllLines(ROLLUP).stream().noneMatch(line -> line.matches("Swap: +0 kB"));
    } catch (IOException e) {
      return true;
    }
  }
}
