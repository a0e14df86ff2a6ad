package dev.ooh.linux.substrate;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps away from the kernel's limit of mappings (vm.max_map_count), at which not the tracking
 * fails but the JVM, with the next thread or heap region that it maps. Watching a part of a mapping
 * splits it, into three at worst.
 *
 * <p>Counting is as much work as there are mappings and segments, so it is done only when what was
 * left at the last count is half used up. For one thread at a time.
 */
final class MappingLimit {
  /** Mappings left to the JVM and its program: threads' stacks, code, regions of the heap. */
  static final int RESERVE = 2048;

  private static final Path LIMIT = Path.of("/proc/sys/vm/max_map_count");
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  private final Path limitFile;
  private final Path mappingsFile;
  private long unlooked;
  private int looks;

  MappingLimit() {
    this(LIMIT, MAPPINGS);
  }

  /**
   * @param limitFile as proc_sys_vm(5) describes max_map_count
   * @param mappingsFile as proc_pid_maps(5) describes maps
   */
  MappingLimit(Path limitFile, Path mappingsFile) {
    this.limitFile = limitFile;
    this.mappingsFile = mappingsFile;
  }

  /**
   * Makes sure that one more segment fits.
   *
   * @param what the new segment, for the message
   * @param pages of all segments, the new one included
   * @throws FacilityException if watching them takes more mappings than the process may have, less
   *     what is left to the JVM
   */
  void admit(Supplier<String> what, Supplier<PageSet> pages) throws FacilityException {
    if (unlooked > 0) {
      unlooked--;
      return;
    }
    looks++;
    long limit;
    List<String> mappings;
    try {
      limit = limit();
      mappings = Files.readAllLines(mappingsFile);
    } catch (IOException | NumberFormatException e) {
      // Without /proc nobody can tell; the kernel's own refusal has to do.
      return;
    }
    long needed = mappings.size() + splits(mappings, pages.get());
    long room = limit - RESERVE - needed;
    if (room < 0) {
      throw new FacilityException(
          new IOException(
              "adopt %s: tracking it splits mappings; found %d of at most %d, wanted %d and %d left to the JVM"
                  .formatted(what.get(), mappings.size(), limit, needed, RESERVE)),
          "raise the limit (sysctl -w vm.max_map_count=%d), or track fewer and larger segments"
              .formatted(2 * (needed + RESERVE)));
    }
    // A segment splits two at most, and half is left to whatever else is mapped meanwhile.
    unlooked = room / 4;
  }

  private long limit() throws IOException {
    // Not readString, which takes the first byte alone: the rest of a sysctl is empty then.
    return Long.parseLong(Files.readAllLines(limitFile).getFirst());
  }

  /**
   * How many mappings there may be beside those that are there, less what is left to the JVM and to
   * segments: half. Without /proc nobody can tell, and it is little.
   */
  int room() {
    try {
      long there = Files.readAllLines(mappingsFile).size();
      return (int) Math.clamp((limit() - RESERVE - there) / 2, 0, Integer.MAX_VALUE);
    } catch (IOException | NumberFormatException e) {
      return RESERVE;
    }
  }

  /** How many bounds of {@code pages} lie within a mapping. */
  private static long splits(List<String> mappings, PageSet pages) {
    long splits = 0;
    int run = 0;
    boolean atStart = true;
    for (String line : mappings) {
      int dash = line.indexOf('-');
      long start = Long.parseUnsignedLong(line, 0, dash, 16);
      long end = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
      while (run < pages.runCount()) {
        long bound = atStart ? pages.runStart(run) : pages.runEnd(run);
        if (Long.compareUnsigned(bound, end) >= 0) {
          break;
        }
        splits += Long.compareUnsigned(bound, start) > 0 ? 1 : 0;
        run += atStart ? 0 : 1;
        atStart = !atStart;
      }
    }
    return splits;
  }

  /** How often the mappings were counted. */
  int looks() {
    return looks;
  }
}
