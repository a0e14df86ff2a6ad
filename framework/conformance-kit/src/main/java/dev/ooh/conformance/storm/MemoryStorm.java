package dev.ooh.conformance.storm;

import dev.ooh.conformance.LawViolation;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches for two consumers while everything happens that may happen to real memory, a second
 * tracker of the same memory included, and every little while stops the writers and compares each
 * consumer's copies with all of memory.
 */
public final class MemoryStorm implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(200);
  private static final int PAGES = 2048;
  private static final int WRITERS = 4;

  private final Substrate substrate;
  private final TrackingControl control;
  private final List<String> techniques;
  private final long seed;
  private final SplittableRandom random;
  private final AddressSpace space;
  private final Arena arena = Arena.ofShared();
  private final Path file;
  private final FileChannel source;
  private final MemorySegment buffer;
  private final List<Area> areas = new ArrayList<>();
  private final Weather weather;
  private final TrackingConsumer[] consumers;
  private final Copies[] copies = {new Copies(), new Copies()};
  private final Tamer tamer;
  private final Rival rival;
  private final AtomicLong checks = new AtomicLong();
  private final Map<String, Long> fetches = new ConcurrentSkipListMap<>();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong discards = new AtomicLong();
  private final AtomicLong remaps = new AtomicLong();
  private final AtomicLong forks = new AtomicLong();
  private final AtomicLong switches = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * Prepares a storm; the caller closes it.
   *
   * @param techniques to switch between
   */
  public MemoryStorm(
      Substrate substrate, TrackingControl control, List<String> techniques, long seed)
      throws IOException, TrackingException {
    this.substrate = substrate;
    this.control = control;
    this.techniques = techniques;
    this.seed = seed;
    random = new SplittableRandom(seed);
    file = Files.createTempFile("ooh-storm", ".bin");
    byte[] noise = new byte[1 << 20];
    random.nextBytes(noise);
    Files.write(file, noise);
    source = FileChannel.open(file, StandardOpenOption.READ);
    space = substrate.open(SpaceOptions.named("storm"));
    buffer = arena.allocate(256 * (long) PageSet.PAGE_SIZE, PageSet.PAGE_SIZE);
    consumers = new TrackingConsumer[] {space.consumer("steady"), space.consumer("fickle")};
    map("private", Kind.ANONYMOUS, false);
    map("huge", Kind.ANONYMOUS, true);
    map("shared", Kind.MEMFD, false);
    map("remapped", Kind.ANONYMOUS, false);
    Optional<SegmentAdoption> adoption = space.facility(SegmentAdoption.class);
    if (adoption.isPresent()) {
      areas.add(new Area(adoption.get().adopt("buffer", buffer), space.memory(), buffer));
    }
    weather = new Weather(space.execution(), List.copyOf(areas));
    tamer = new Tamer(this::fetches, random.split());
    rival = new Rival(substrate, control, techniques, buffer, random.split());
  }

  private void map(String name, Kind kind, boolean huge) {
    Region region =
        space.map(
            new RegionRequest(
                name,
                PAGES * (long) PageSet.PAGE_SIZE,
                Optional.empty(),
                kind,
                Optional.empty(),
                huge));
    areas.add(new Area(region, space.memory(), null));
  }

  /**
   * Storms for a while.
   *
   * @throws LawViolation if a consumer's copy is wrong, with the seed
   */
  public StormReport run(Duration duration) throws Exception {
    return space.execution().run(() -> storm(System.nanoTime() + duration.toNanos()));
  }

  private StormReport storm(long end) throws Exception {
    control.use(space, techniques.getFirst());
    fetch(0, true);
    for (int writer = 0; writer < WRITERS; writer++) {
      weather.writer(random.split());
    }
    weather.collector();
    weather.tamer(tamer);
    if (areas.getLast().segment() != null) {
      rival.start();
      weather.kernelWriter(source, buffer, random.split());
    }
    try {
      do {
        for (int step = 0; step < 12; step++) {
          step();
        }
        check();
      } while (System.nanoTime() < end);
    } finally {
      rival.end();
      weather.end();
    }
    return report();
  }

  private long fetches() {
    return fetches.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What happened so far; may be asked by any thread. */
  public StormReport report() {
    return new StormReport(
        seed,
        checks.get(),
        new TreeMap<>(fetches),
        reported.get(),
        weather.stores.get(),
        weather.kernelWrites.get(),
        weather.collections.get(),
        discards.get(),
        remaps.get(),
        forks.get(),
        switches.get(),
        refused.get(),
        tamer.kills.get(),
        tamer.pauses.get(),
        tamer.stops.get(),
        rival.rounds.get());
  }

  private void step() throws WritersNotStoppedException {
    switch (random.nextInt(32)) {
      case 0 -> use(techniques.get(random.nextInt(techniques.size())));
      case 1 -> remap();
      case 2, 3, 4 -> discard();
      case 9 -> fork();
      case 5, 6, 7, 8 -> fetch(1, random.nextBoolean());
      default -> fetch(0, true);
    }
  }

  private void fetch(int consumer, boolean commit) {
    PageSet all = mapped();
    try (Interval interval = control.fetch(space, consumers[consumer], all, all)) {
      copies[consumer].update(areas, interval.pages());
      fetches.merge(control.active(space).orElse("none"), 1L, Long::sum);
      reported.addAndGet(interval.pages().pageCount());
      if (commit) {
        interval.commit();
      }
    }
  }

  private PageSet mapped() {
    PageSet.Builder pages = PageSet.builder();
    areas.forEach(area -> pages.addAll(area.region().pages()));
    return pages.build();
  }

  private void use(String technique) {
    try {
      control.use(space, technique);
      switches.incrementAndGet();
    } catch (TrackingException e) {
      // Its monitor may have been killed while it was tried.
      refused.incrementAndGet();
    }
  }

  private void discard() {
    Area area = areas.get(random.nextInt(4));
    int first = random.nextInt(area.pages() - 8);
    long start = area.region().start() + (long) first * PageSet.PAGE_SIZE;
    space.discard(PageSet.of(start, start + (1 + random.nextInt(8)) * (long) PageSet.PAGE_SIZE));
    discards.incrementAndGet();
  }

  /** By fork or vfork, as {@code jdk.lang.Process.launchMechanism} says. */
  private void fork() {
    try {
      new ProcessBuilder("true").start();
      forks.incrementAndGet();
    } catch (IOException e) {
      throw new IllegalStateException("start a child process: " + e.getMessage(), e);
    }
  }

  /** Another region at the same address; writers must not be there meanwhile. */
  private void remap() throws WritersNotStoppedException {
    try (StoppedWriters stopped = stop()) {
      Area gone = areas.get(3);
      space.unmap(gone.region());
      Region region =
          space.map(
              RegionRequest.anonymous("remapped", gone.region().bytes()).at(gone.region().start()));
      for (Copies copy : copies) {
        copy.forget(gone);
      }
      areas.set(3, new Area(region, space.memory(), null));
      weather.over(List.copyOf(areas));
      remaps.incrementAndGet();
    }
  }

  private StoppedWriters stop() throws WritersNotStoppedException {
    return space.execution().stopWriters(StopPoint.POLL, STOP_LIMIT);
  }

  private void check() throws WritersNotStoppedException {
    try (StoppedWriters stopped = stop()) {
      for (int consumer = 0; consumer < copies.length; consumer++) {
        fetch(consumer, true);
        PageSet wrong = copies[consumer].wrong(areas);
        if (!wrong.isEmpty()) {
          throw new LawViolation(
              "seed %d, check %d, technique %s: %s has a wrong copy of %s"
                  .formatted(
                      seed,
                      checks.get(),
                      control.active(space).orElse("none"),
                      consumers[consumer],
                      wrong));
        }
      }
      checks.incrementAndGet();
    }
  }

  @Override
  public void close() throws IOException {
    space.close();
    arena.close();
    source.close();
    Files.deleteIfExists(file);
  }
}
