package dev.ooh.cli.micro;

import dev.ooh.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks before memory is touched, since a kernel that runs out of it ends the process. */
final class FreeMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE =
      Pattern.compile("^MemAvailable:\\s+(\\d+) kB$", Pattern.MULTILINE);

  private FreeMemory() {}

  /** Refuses an array that does not fit; lets all pass where the system does not say. */
  static void require(int megabytes) throws CommandException {
    String text;
    try {
      text = Files.readString(MEMINFO);
    } catch (IOException e) {
      return;
    }
    OptionalLong available = availableMegabytes(text);
    if (available.isPresent() && megabytes >= available.getAsLong()) {
      throw new CommandException(
          "--sizes has %d MB, found %d MB of memory available, wanted an array that fits"
              .formatted(megabytes, available.getAsLong()));
    }
  }

  static OptionalLong availableMegabytes(String meminfo) {
    Matcher matcher = AVAILABLE.matcher(meminfo);
    return matcher.find()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)) / 1024)
        : OptionalLong.empty();
  }
}
