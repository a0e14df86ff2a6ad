package dev.ooh.library;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.jvm.ChildJvm;
import dev.ooh.tracking.TrackingException;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The README's program in another JVM, where something is forbidden; prints what became of it. */
final class Restricted {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private Restricted() {}

  /** What a child printed, its errors included, and how it ended. */
  record Outcome(int status, List<String> lines) {}

  static Outcome run(List<String> options, String... arguments) throws Exception {
    return start(ChildJvm.CLASS_PATH, options, arguments);
  }

  /** As {@link #run}, without the jars whose names begin with {@code jar}. */
  static Outcome runWithout(String jar, List<String> options, String... arguments)
      throws Exception {
    String left =
        Stream.of(ChildJvm.CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(jar))
            .collect(Collectors.joining(File.pathSeparator));
    if (left.equals(ChildJvm.CLASS_PATH)) {
      throw new IllegalArgumentException(jar + " is not on the class path anyway");
    }
    return start(left, options, arguments);
  }

  private static Outcome start(String classPath, List<String> options, String... arguments)
      throws Exception {
    Process process =
        ChildJvm.of(Restricted.class, arguments)
            .with(options.toArray(String[]::new))
            .withClassPath(classPath)
            .builder()
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader()) {
      return new Outcome(process.waitFor(), output.lines().toList());
    }
  }

  /** Arguments: what to block ({@code nothing}, {@code call}, {@code both}), and {@code all}. */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "call" -> SystemCallFilter.refuse(SystemCallFilter.USERFAULTFD);
      case "both" -> {
        SystemCallFilter.refuse(SystemCallFilter.USERFAULTFD);
        SystemCallFilter.refuse(SystemCallFilter.IOCTL, 0xAA00);
      }
      default -> {}
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(8 * PAGE, PAGE);
      try (PageTracker tracker =
          arguments.length > 1
              ? PageTracker.trackOrReportAll(SpaceOptions.named("child"), segment)
              : PageTracker.track(segment)) {
        tracker.changes().commit();
        segment.set(ValueLayout.JAVA_INT, 3 * PAGE, 1);
        for (int round = 0; round < 3; round++) {
          try (Interval changed = tracker.changes()) {
            System.out.println(
                tracker.technique().orElse("none") + " " + changed.pages().pageCount());
            changed.reasons().forEach(reason -> System.out.println("reason: " + reason));
            changed.commit();
          }
        }
      }
    } catch (TrackingException | IllegalStateException e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
      System.exit(1);
    }
  }
}
