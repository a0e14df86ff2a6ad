package dev.ooh.linux.scan;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process maps, as {@code /proc/self/maps} had it at one moment (proc_pid_maps(5)):
 * {@code start-end perms offset device inode path}, addresses in hexadecimal.
 *
 * @param shared pages of shared mappings
 * @param privateFiles pages of private mappings of files, those of hugetlbfs included
 */
record ProcessMappings(PageSet shared, PageSet privateFiles) {
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** The mappings of {@code within}. */
  static ProcessMappings read(PageSet within) throws FacilityException {
    PageSet.Builder shared = PageSet.builder();
    PageSet.Builder privateFiles = PageSet.builder();
    // Names of files may be any bytes.
    try (BufferedReader lines = Files.newBufferedReader(MAPS, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ", 6);
        int dash = fields[0].indexOf('-');
        long start = Long.parseUnsignedLong(fields[0], 0, dash, 16);
        long end = Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), 16);
        if (start < 0 || end < 0) {
          continue; // The kernel's own page, above all others.
        }
        if (fields[1].charAt(3) == 's') {
          shared.add(start, end);
        } else if (!fields[4].equals("0")) {
          privateFiles.add(start, end);
        }
      }
    } catch (IOException e) {
      throw new FacilityException(e, "let the container read its own /proc/self");
    }
    return new ProcessMappings(
        shared.build().intersect(within), privateFiles.build().intersect(within));
  }
}
