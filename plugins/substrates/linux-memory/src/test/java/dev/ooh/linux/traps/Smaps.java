package dev.ooh.linux.traps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel says of this process's mappings; proc_pid_smaps(5). */
public final class Smaps {
  private static final Pattern RANGE = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");
  private static final String FLAGS = "VmFlags:";

  private Smaps() {}

  /** The flags of the mapping that an address lies in; none where nothing is mapped. */
  public static List<String> flags(long address) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      Matcher range = RANGE.matcher(line);
      if (range.matches()) {
        inside =
            Long.parseUnsignedLong(range.group(1), 16) <= address
                && address < Long.parseUnsignedLong(range.group(2), 16);
      } else if (inside && line.startsWith(FLAGS)) {
        return List.of(line.substring(FLAGS.length()).strip().split(" "));
      }
    }
    return List.of();
  }
}
