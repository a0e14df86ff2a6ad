package dev.ooh.linux.scan;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.facility.FacilityException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mappings of which soft-dirty bits can't tell every write, by {@code smaps} (proc_pid_smaps(5)):
 * its lines of flags alone say what can be merged, and what is of hugetlbfs.
 */
final class UntellableMappings {
  private static final Pattern HEAD = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ...([ps]) .*");
  private static final String FLAGS = "VmFlags:";

  private final PageSet within;
  private final PageSet.Builder shared = PageSet.builder();
  private final PageSet.Builder hugetlb = PageSet.builder();
  private final PageSet.Builder mergeable = PageSet.builder();

  private UntellableMappings(PageSet within) {
    this.within = within;
  }

  /** Those pages of {@code within}, in as many parts as there are reasons. */
  static List<Unseen> of(Path smaps, PageSet within) throws FacilityException {
    UntellableMappings found = new UntellableMappings(within);
    // Names of files may be any bytes.
    try (BufferedReader lines = Files.newBufferedReader(smaps, StandardCharsets.ISO_8859_1)) {
      found.read(lines);
    } catch (IOException e) {
      throw new FacilityException(
          new IOException("read %s: %s".formatted(smaps, e), e),
          "let the container read its own /proc/self");
    }
    return found.reasons();
  }

  private void read(BufferedReader lines) throws IOException {
    long start = 0;
    long end = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(FLAGS)) {
        flags(start, end, Set.of(line.substring(FLAGS.length()).strip().split(" ")));
        continue;
      }
      Matcher head = HEAD.matcher(line);
      if (head.matches()) {
        start = Long.parseUnsignedLong(head.group(1), 16);
        end = Long.parseUnsignedLong(head.group(2), 16);
        if (start < 0 || end < 0) {
          return; // The kernel's own page, above all others.
        }
        if (head.group(3).equals("s")) {
          shared.add(start, end);
        }
      }
    }
  }

  private void flags(long start, long end, Set<String> flags) {
    if (flags.contains("ht")) {
      hugetlb.add(start, end);
    }
    if (flags.contains("mg")) {
      mergeable.add(start, end);
    }
  }

  private List<Unseen> reasons() {
    List<Unseen> reasons = new ArrayList<>();
    add(
        reasons,
        shared,
        "shared memory or a shared file, whose written pages the kernel may drop and bring back"
            + " without their bits");
    add(reasons, hugetlb, "pages of hugetlbfs, whose bits no kernel keeps");
    add(reasons, mergeable, "memory that may be merged (KSM), which takes a written page's bit");
    return List.copyOf(reasons);
  }

  private void add(List<Unseen> reasons, PageSet.Builder found, String why) {
    PageSet pages = found.build().intersect(within);
    if (!pages.isEmpty()) {
      reasons.add(
          new Unseen(
              pages,
              "soft-dirty bits can't tell writes of 0x%x and %d pages in all: %s"
                  .formatted(pages.runStart(0), pages.pageCount(), why)));
    }
  }
}
