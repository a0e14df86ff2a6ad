package dev.ooh.library.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.core.TrackingCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What tracking takes of the process, it gives back. */
@Timeout(900)
class OpenAndCloseTest {
  /** So many times share one monitor. */
  private static final int BUNCH = 50;

  /** The JVM takes and gives back some by itself, however often; a leak grows with the times. */
  private static final int MOST = 40;

  /** Those of this process's own monitors: others have theirs in the same place. */
  private final Set<Path> folders = new TreeSet<>();

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(Way.LINUX.refusal().isEmpty(), () -> Way.LINUX.refusal().orElse(""));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void leavesNothing(Way way) throws Exception {
    openAndClose(way, 2 * BUNCH);
  }

  @ParameterizedTest
  @Tag("soak")
  @EnumSource(Way.class)
  void leavesNothingAThousandTimes(Way way) throws Exception {
    openAndClose(way, 1000);
  }

  private void openAndClose(Way way, int times) throws Exception {
    Probe probe = way.probe();
    assumeTrue(probe.usable(), probe::reason);
    bunch(way); // What is loaded and kept for the first.
    Taken before = Taken.now();
    for (int done = 0; done < times; done += BUNCH) {
      bunch(way);
    }
    Taken after = Taken.now();
    assertThat(after.descriptors - before.descriptors).as("descriptors").isLessThan(MOST);
    assertThat(after.mappings - before.mappings).as("mappings").isLessThan(MOST);
    assertThat(after.monitors).as("monitors").isEqualTo(before.monitors);
    assertThat(folders).as("folders of monitors").noneMatch(Files::exists);
  }

  private void bunch(Way way) throws Exception {
    try (AddressSpace keeper = Way.LINUX.open(way.options())) {
      assertThat(keeper.isOpen()).isTrue();
      for (int i = 0; i < BUNCH; i++) {
        once(way);
      }
      children(child -> folders.addAll(monitorFolders(child)));
    }
  }

  private static void once(Way way) throws Exception {
    try (TrackingCore core = way.core();
        AddressSpace space = Way.LINUX.open(way.options())) {
      Region region = space.map(RegionRequest.anonymous("once", 16 * PageSet.PAGE_SIZE));
      core.use(space, way.techniques().getFirst());
      TrackingConsumer consumer = space.consumer("once");
      fetch(core, space, consumer, region);
      long page = region.start() + 5 * PageSet.PAGE_SIZE;
      space.memory().putLong(page, 1);
      assertThat(fetch(core, space, consumer, region).contains(page)).isTrue();
    }
  }

  private static PageSet fetch(
      TrackingCore core, AddressSpace space, TrackingConsumer consumer, Region region) {
    try (Interval interval = core.fetch(space, consumer, region.pages(), region.pages())) {
      interval.commit();
      return interval.pages();
    }
  }

  private static void children(Consumer<ProcessHandle> each) {
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      children.filter(OpenAndCloseTest::isMonitor).forEach(each);
    }
  }

  private static boolean isMonitor(ProcessHandle child) {
    return child.info().command().orElse("").endsWith("java");
  }

  /** A monitor is told by its command line where its classes are. */
  private static List<Path> monitorFolders(ProcessHandle monitor) {
    return Stream.of(monitor.info().arguments().orElse(new String[0]))
        .map(Path::of)
        .filter(path -> path.getFileName().toString().startsWith("ooh-monitor"))
        .toList();
  }

  /** What a process and its monitors hold. */
  private record Taken(int descriptors, int mappings, int monitors) {
    static Taken now() throws IOException {
      AtomicInteger monitors = new AtomicInteger();
      children(child -> monitors.incrementAndGet());
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return new Taken(
            (int) descriptors.count(),
            Files.readAllLines(Path.of("/proc/self/maps")).size(),
            monitors.get());
      }
    }
  }
}
