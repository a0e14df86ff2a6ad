package dev.ooh.image.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The processes of this machine as {@code /proc} shows them (proc_pid_stat(5)). One is told from a
 * later one of the same number by when it started, in clock ticks since the machine did; the time
 * of day would not do, as it is set now and then.
 */
record Processes(Path proc) {
  static final Processes HERE = new Processes(Path.of("/proc"));

  /** Field 22, counted from field 3, the first one behind the name in parentheses. */
  private static final int START = 22 - 3;

  /**
   * Within what a process has its number: the kernel's boot id and the namespace of process ids.
   * Empty where that isn't known.
   */
  Optional<String> machine() {
    try {
      return Optional.of(
          Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip()
              + "/"
              + Files.readSymbolicLink(proc.resolve("self/ns/pid")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** When a living process started; empty where it isn't known, or there is none. */
  OptionalLong start(long pid) {
    try {
      return parse(stat(pid));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Whether the process that has, or had, this number and started then is gone for certain. It is
   * not certain where processes of other users are hidden (the option {@code hidepid} of /proc).
   */
  boolean isGone(long pid, long start) {
    if (!seesAll()) {
      return false;
    }
    try {
      OptionalLong found = parse(stat(pid));
      return found.isPresent() && found.getAsLong() != start;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean seesAll() {
    try {
      List<String> mounts = Files.readAllLines(proc.resolve("self/mountinfo"));
      return parse(stat(1)).isPresent()
          && mounts.stream()
              .noneMatch(mount -> mount.contains(" /proc ") && mount.contains("hidepid="));
    } catch (IOException e) {
      return false;
    }
  }

  private String stat(long pid) throws IOException {
    return Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
  }

  private static OptionalLong parse(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return fields.length > START && fields[START].matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(fields[START]))
        : OptionalLong.empty();
  }
}
