package dev.ooh.linux.scan;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.layout.ProcmapQuery;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process maps, by {@code /proc/self/maps} (proc_pid_maps(5)). The kernel is asked for
 * each mapping of interest, a microsecond each; before Linux 6.11 it can't be, and the whole text
 * is read, which in a JVM takes some tenths of a millisecond. One thread at a time.
 */
public final class ProcessMappings implements AutoCloseable {
  private static final String MAPS = "/proc/self/maps";

  private final LinuxCalls calls = new LinuxCalls();

  /** Freed by the collector: closing a shared arena stops every thread for a moment. */
  private final MemorySegment query = Arena.ofAuto().allocate(ProcmapQuery.BYTES, Long.BYTES);

  private final int maps;
  private boolean askable;

  public ProcessMappings() throws FacilityException {
    this(true);
  }

  /**
   * @param askable whether to try to ask for single mappings
   */
  ProcessMappings(boolean askable) throws FacilityException {
    this.askable = askable;
    try {
      maps = calls.open(MAPS, MappingFlags.O_RDONLY);
    } catch (CallException e) {
      calls.close();
      throw new FacilityException(e, Remedy.proc(e));
    }
  }

  /** What of {@code within} are private mappings of files, those of hugetlbfs included. */
  public PageSet privateFiles(PageSet within) throws FacilityException {
    return kinds(within).privateFiles();
  }

  /** The mappings of {@code within}, clipped to it. */
  MappingKinds kinds(PageSet within) throws FacilityException {
    if (askable) {
      try {
        return ask(within);
      } catch (CallException _) {
        // ENOTTY of an older kernel, or whatever a sandbox says to a call that it doesn't know.
        askable = false;
      }
    }
    return read(within);
  }

  private MappingKinds ask(PageSet within) throws CallException {
    MappingKinds.Builder kinds = new MappingKinds.Builder();
    long known = 0;
    for (int run = 0; run < within.runCount(); run++) {
      long end = within.runEnd(run);
      for (long at = Math.max(known, within.runStart(run)); at < end; at = known) {
        if (!find(at)) {
          return kinds.build(within);
        }
        known = ProcmapQuery.end(query);
        kinds.add(
            ProcmapQuery.start(query),
            known,
            ProcmapQuery.isShared(query),
            ProcmapQuery.inode(query) != 0);
      }
    }
    return kinds.build(within);
  }

  /** Returns false when nothing is mapped from {@code address} on. */
  private boolean find(long address) throws CallException {
    ProcmapQuery.ask(query, address);
    try {
      calls.ioctl(
          maps,
          ProcmapQuery.PROCMAP_QUERY,
          query,
          () -> "PROCMAP_QUERY of 0x%x".formatted(address));
      return true;
    } catch (CallException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** {@code start-end perms offset device inode path} a line, addresses in hexadecimal. */
  private static MappingKinds read(PageSet within) throws FacilityException {
    MappingKinds.Builder kinds = new MappingKinds.Builder();
    // Names of files may be any bytes.
    try (BufferedReader lines =
        Files.newBufferedReader(Path.of(MAPS), StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ", 6);
        int dash = fields[0].indexOf('-');
        long start = Long.parseUnsignedLong(fields[0], 0, dash, 16);
        long end = Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), 16);
        if (start < 0 || end < 0) {
          continue; // The kernel's own page, above all others.
        }
        boolean file = !fields[4].equals("0");
        kinds.add(start, end, fields[1].charAt(3) == 's', file);
      }
    } catch (IOException e) {
      throw new FacilityException(e, "let the container read its own /proc/self");
    }
    return kinds.build(within);
  }

  @Override
  public void close() {
    calls.closeDescriptor(maps);
    calls.close();
  }
}
