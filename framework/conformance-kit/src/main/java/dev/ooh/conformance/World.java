package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingStatistics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One address space under test, with everything that can be done to it, and the oracle that says
 * after each fetch whether a page is missing. All methods are called by one thread of the space's
 * execution context.
 *
 * <p>Regions live in numbered slots. A slot keeps its address and what is behind it, so that what
 * is mapped there again is at the address of what was unmapped.
 */
public final class World {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(200);

  private final Subject subject;
  private final TrackingUnderTest tracking;
  private final AddressSpace space;
  private final ExecutionContext execution;
  private final Contents contents;
  private final Writers writers;

  private final Slots slots;
  private final Map<Integer, TrackingConsumer> consumers = new TreeMap<>();
  private final Map<Integer, Shadow> shadows = new TreeMap<>();
  private final Neighbours neighbours;
  private final Tally tally = new Tally();

  World(Subject subject, TrackingUnderTest tracking, AddressSpace space, SharedFile file) {
    this.subject = subject;
    this.tracking = tracking;
    this.space = space;
    this.execution = space.execution();
    this.contents = new Contents(space.memory());
    this.writers = new Writers(execution, contents);
    this.neighbours = new Neighbours(space, contents, this::seesOutsideWrites);
    this.slots = new Slots(space, file, subject.seesAliases());
  }

  public AddressSpace space() {
    return space;
  }

  public TrackingUnderTest tracking() {
    return tracking;
  }

  // The tracked program.

  /** Maps {@code pages} anonymous pages, as the other {@code map}. */
  public boolean map(int slot, int pages) {
    return map(slot, pages, Backing.ANONYMOUS);
  }

  /**
   * Maps {@code pages} pages; where the slot was mapped before, at the same address the same
   * memory.
   */
  public boolean map(int slot, int pages, Backing backing) {
    Region region = slots.map(slot, pages, backing);
    if (region == null) {
      return false;
    }
    shadows.values().forEach(shadow -> shadow.forget(region.pages()));
    writers.mapped(mapped());
    return true;
  }

  /** Unmaps a slot, while no writer is about to store there. */
  public boolean unmap(int slot) {
    Region region = slots.take(slot);
    if (region == null) {
      return false;
    }
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, STOP_LIMIT)) {
      writers.mapped(mapped());
      space.unmap(region);
    } catch (WritersNotStoppedException e) {
      throw new LawViolation("writers that poll could not be stopped: " + e.getMessage(), e);
    }
    shadows.values().forEach(shadow -> shadow.forget(region.pages()));
    return true;
  }

  /** The mapped pages of a slot; empty when there is nothing. */
  public PageSet pages(int slot) {
    return slots.pages(slot);
  }

  /** {@code count} pages of a slot from {@code first} on, as far as they are mapped. */
  public PageSet pages(int slot, int first, int count) {
    return slots.pages(slot, first, count);
  }

  /** All that is mapped. */
  public PageSet mapped() {
    return slots.all();
  }

  /** Stores once to each page. */
  public void write(PageSet pages, int place) {
    pages.forEachPage(page -> contents.stamp(page, place));
  }

  /** Starts a thread that stores to random pages until {@link #joinWriters}. */
  public void startWriter(long seed) {
    writers.start(seed);
  }

  public void joinWriters() {
    try {
      writers.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LawViolation("interrupted", e);
    }
  }

  /** Lets other threads run. */
  public void poll(int times) {
    for (int i = 0; i < times; i++) {
      execution.poll();
    }
  }

  public void discard(PageSet pages) {
    shadows.values().forEach(shadow -> shadow.discard(pages));
    space.discard(pages);
  }

  public void declareAlwaysDirty(PageSet pages) {
    space.declareAlwaysDirty(pages);
  }

  private boolean seesOutsideWrites() {
    return tracking.control().list(space).stream()
        .filter(TechniqueStatus::active)
        .allMatch(status -> status.descriptor().seesOutsideWrites());
  }

  /**
   * How many pages may wait for the next fetch: a technique that lives in the storing code learns
   * of a store just after it, and a writer has one at a time.
   */
  private long storesInFlight() {
    return writers.count() == 0 || seesOutsideWrites() ? 0 : writers.count();
  }

  // Who else is on the machine.

  /**
   * Writes as another process does, past the program's own threads; false where it can't be, or
   * would not be seen by the technique at work.
   */
  public boolean writeFromOutside(PageSet pages, int place) {
    return neighbours.write(pages, place);
  }

  /** Forks; false where it can't be. */
  public boolean fork() {
    return neighbours.fork();
  }

  /**
   * Runs a thread in the newest child: it stores to {@code pages}, which are its own copies or
   * shared, and writes to the first of the tracked process's from outside. Meanwhile the tracked
   * process is scheduled out.
   */
  public boolean runChild(PageSet pages, int place) {
    return neighbours.runChild(pages, place);
  }

  public boolean closeChild() {
    return neighbours.closeChild();
  }

  /** Has a live migration do a round, its first one if need be; false where there can be none. */
  public boolean migrate() {
    return neighbours.migrate();
  }

  /** Ends a live migration, whose copy must be right: a technique may take nothing from it. */
  public void endMigration() {
    neighbours.endMigration();
  }

  // The consumers.

  /**
   * Fetches, checks the interval against the oracle, and copies what it reports.
   *
   * @throws LawViolation if a page is missing
   */
  public Interval fetch(int consumer, PageSet scan, PageSet arm) {
    Shadow shadow = shadow(consumer);
    PageSet scanned = scan.intersect(mapped());
    PageSet owed = shadow.owed(scanned).union(space.alwaysDirty().intersect(scanned));
    tracking.takeAnswers();
    Interval interval = tracking.control().fetch(space, consumer(consumer), scan, arm);
    PageSet missing = owed.minus(Shadow.pages(interval));
    if (!missing.isEmpty() && missing.pageCount() > storesInFlight()) {
      throw new LawViolation(
          "law 1: %s of consumer %d misses %s of the %s that it is owed"
              .formatted(interval, consumer, describe(missing), owed));
    }
    if (!scanned.containsAll(interval.pages())) {
      throw new LawViolation(
          "%s of consumer %d reports %s outside of what was asked"
              .formatted(interval, consumer, describe(interval.pages().minus(scanned))));
    }
    checkDoubts(interval, scanned, shadow, owed);
    shadow.copy(interval, scanned, writers.count() == 0);
    tally.fetched(interval, owed);
    return interval;
  }

  /** Law 6. What a session answered is known only if it was asked once, by this fetch. */
  private void checkDoubts(Interval interval, PageSet scanned, Shadow shadow, PageSet owed) {
    List<Gathered> answers = tracking.takeAnswers();
    if (answers.size() != 1) {
      return;
    }
    Gathered answer = answers.getFirst();
    Doubts.checkReasons(interval, scanned.intersect(shadow.known()), answer);
    if (writers.count() == 0) {
      PageSet touched = owed.union(shadow.owed(scanned)).union(shadow.excused());
      Doubts.checkClaims(
          interval,
          answer.pages().intersect(scanned).minus(touched).minus(slots.entangled()),
          answer);
    }
  }

  /** Fetches everything mapped and leaves it armed. */
  public Interval fetch(int consumer) {
    PageSet all = mapped();
    return fetch(consumer, all, all);
  }

  /** Commits the oldest outstanding interval, if there is one. */
  public boolean commit(int consumer) {
    Shadow shadow = shadow(consumer);
    if (shadow.outstanding() == 0) {
      return false;
    }
    shadow.commitOldest();
    tally.committed();
    return true;
  }

  /** Aborts an outstanding interval, and with it its successors; law 3. */
  public boolean abort(int consumer, int which) {
    Shadow shadow = shadow(consumer);
    if (shadow.outstanding() == 0) {
      return false;
    }
    List<Interval> aborted = shadow.abort(Math.floorMod(which, shadow.outstanding()));
    tally.aborted(aborted.size());
    for (Interval interval : aborted) {
      try {
        interval.commit();
      } catch (IllegalStateException expected) {
        continue;
      }
      throw new LawViolation("law 3: %s committed after it was aborted".formatted(interval));
    }
    return true;
  }

  /** Closes a consumer; another one of that number starts afresh. */
  public void closeConsumer(int consumer) {
    TrackingConsumer known = consumers.remove(consumer);
    shadows.remove(consumer);
    if (known != null) {
      known.close();
    }
  }

  // The operator, and bundles.

  /** Law 7. False when the technique refuses. */
  public boolean use(String technique) {
    try {
      tracking.control().use(space, technique);
      return true;
    } catch (TrackingException e) {
      return false;
    }
  }

  /** What was fetched and how much of it had been written. */
  public Tally tally() {
    return tally;
  }

  /** The last word: after everybody stopped, every consumer must know memory as it is. */
  public void finish() {
    joinWriters();
    endMigration();
    for (int consumer : List.copyOf(consumers.keySet())) {
      fetch(consumer);
      while (commit(consumer)) {}
      PageSet wrong = shadow(consumer).owed(mapped());
      if (!wrong.isEmpty()) {
        throw new LawViolation(
            "consumer %d has a wrong copy of %s at the end".formatted(consumer, describe(wrong)));
      }
    }
    checkStatistics();
  }

  /** Law 2: what is reported is metered. */
  private void checkStatistics() {
    TrackingStatistics counted = tracking.control().statistics(space);
    String found =
        "%d fetches, %d pages, %d commits, %d aborts"
            .formatted(
                counted.fetches(), counted.pagesReported(), counted.committed(), counted.aborted());
    String wanted =
        "%d fetches, %d pages, %d commits, %d aborts"
            .formatted(tally.fetches(), tally.reported(), tally.commits(), tally.aborts());
    if (!found.equals(wanted)) {
      throw new LawViolation("law 2: metered " + found + ", wanted " + wanted);
    }
  }

  /** Ends what would go on beside the space. */
  void close() {
    joinWriters();
    neighbours.close();
  }

  private TrackingConsumer consumer(int number) {
    return consumers.computeIfAbsent(number, unused -> space.consumer("consumer-" + number));
  }

  private Shadow shadow(int number) {
    return shadows.computeIfAbsent(number, unused -> new Shadow(contents));
  }

  private String describe(PageSet pages) {
    return slots.describe(pages) + " on " + subject.name();
  }
}
