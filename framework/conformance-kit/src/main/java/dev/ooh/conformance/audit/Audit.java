package dev.ooh.conformance.audit;

import dev.ooh.conformance.LawViolation;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario: disturbs, lets the writers store, fetches for each consumer and checks its
 * ledger, again and again; at its end the writers stand still, nothing may be left unsaid, and the
 * tracking must go on. For one thread, but for the writers' and those of consumers apart.
 */
public final class Audit implements AutoCloseable {
  private static final long HUGE_PAGE = 2L << 20;
  private static final Duration STOP_LIMIT = Duration.ofMinutes(3);
  private static final int STAMPS_A_ROUND = 200;

  private final Substrate substrate;
  private final SpaceOptions options;
  private final TrackingControl control;
  private final List<String> techniques;
  private final SplittableRandom random;
  private final AddressSpace space;
  private final List<Ledger> steady = new ArrayList<>();
  private final List<Ledger> fickle = new ArrayList<>();
  private final List<Ledger> apart = new ArrayList<>();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private @Nullable Field field;
  private volatile boolean ending;
  private boolean hugePages;
  private long rounds;

  /** Whether fickle consumers commit next; they begin with an abort. */
  private boolean committing;

  private long refusedSwitches;

  /**
   * Opens a space; the caller closes the audit.
   *
   * @param options of each space that is opened for it
   * @param techniques that work there, by name; the first is at work from the start
   */
  public Audit(
      Substrate substrate,
      SpaceOptions options,
      TrackingControl control,
      List<String> techniques,
      long seed) {
    this.substrate = substrate;
    this.options = options;
    this.control = control;
    this.techniques = List.copyOf(techniques);
    random = new SplittableRandom(seed);
    space = openSpace();
  }

  public AddressSpace space() {
    return space;
  }

  /** One more space, which closes with the audit. */
  public AddressSpace openSpace() {
    AddressSpace opened = substrate.open(options);
    open.push(opened);
    return opened;
  }

  /** The audit's end closes it, the last one first. */
  public <T extends AutoCloseable> T closeLater(T resource) {
    open.push(resource);
    return resource;
  }

  /** Maps a region; the field must be told of it. */
  public Region map(String name, int pages) {
    return space.map(RegionRequest.anonymous(name, pages * (long) PageSet.PAGE_SIZE));
  }

  /** Writers stamp {@code pages} of the audit's space. */
  public Field field(PageSet pages) {
    return field(Words.of(space.memory()), pages);
  }

  /** Writers stamp {@code pages}, by {@code words}. */
  public Field field(Words words, PageSet pages) {
    Field made = new Field(words, pages);
    field = made;
    return made;
  }

  public Field field() {
    return Objects.requireNonNull(field);
  }

  /** A consumer that commits each interval. */
  public void watch(String name, PageSet part) {
    watch(name, space, part);
  }

  /** The same by another space's tracking. */
  public void watch(String name, AddressSpace by, PageSet part) {
    steady.add(new Ledger(by, control, field(), name, part));
  }

  /** A consumer that fetches now and then, and aborts every other time. */
  public void watchFickly(String name, PageSet part) {
    fickle.add(new Ledger(space, control, field(), name, part));
  }

  /** A consumer in a thread of its own, which aborts every other time. */
  public void watchApart(String name, PageSet part) {
    apart.add(new Ledger(space, control, field(), name, part));
  }

  /** From now on a page may be told with all others of the huge page that it may be in. */
  public void allowHugePages() {
    hugePages = true;
  }

  /** One thing that may happen in each round. */
  public void disturb(Disturbance disturbance) {
    disturbances.add(disturbance);
  }

  /** Another technique, or the same again, for one of the audit's spaces. */
  public void disturbBySwitches(AddressSpace of) {
    disturb(
        Disturbance.of(
            "a switch",
            random -> {
              try {
                control.use(of, techniques.get(random.nextInt(techniques.size())));
              } catch (TrackingException e) {
                // Its monitor may have been killed, or another tracker has the memory: what was at
                // work stays so, or the core says "all".
                refusedSwitches++;
              }
            }));
  }

  /** Each time, from one technique to another, with stores before and after, pair by pair. */
  public void disturbByEveryPair() {
    for (String from : techniques) {
      for (String to : techniques) {
        disturb(
            Disturbance.of(
                "a switch from %s to %s".formatted(from, to),
                random -> {
                  control.use(space, from);
                  field().awaitStamps(STAMPS_A_ROUND);
                  control.use(space, to);
                }));
      }
    }
  }

  /** Tells every consumer that these pages must be in its next interval, though nobody stores. */
  public void owe(PageSet pages) {
    ledgers().forEach(ledger -> ledger.owe(pages));
  }

  /**
   * Discards pages, of which every consumer must be told, be it fetching in a thread of its own or
   * not.
   */
  public void discard(PageSet pages) {
    ledgers().forEach(Ledger::announce);
    space.discard(pages);
    ledgers().forEach(ledger -> ledger.oweUntold(pages));
  }

  /** Tells every consumer that these pages are gone. */
  public void forget(PageSet pages) {
    ledgers().forEach(ledger -> ledger.forget(pages));
  }

  /**
   * Runs rounds while {@code more} says so, at least one of each disturbance.
   *
   * @throws LawViolation if a page was lost
   */
  public void run(BooleanSupplier more) throws Exception {
    space.execution().run(() -> runHere(more));
  }

  private @Nullable Void runHere(BooleanSupplier more) throws Exception {
    control.use(space, techniques.getFirst());
    ledgers().forEach(ledger -> ledger.fetch(true));
    field().start(space.execution(), random);
    List<TrackedThread> consumers = apart.stream().map(this::start).toList();
    try {
      for (Disturbance disturbance : disturbances) {
        round(disturbance);
      }
      while (more.getAsBoolean()) {
        round(disturbances.get(random.nextInt(disturbances.size())));
      }
    } finally {
      ending = true;
      for (TrackedThread consumer : consumers) {
        consumer.join();
      }
      field().end();
    }
    end();
    return null;
  }

  private TrackedThread start(Ledger ledger) {
    return space
        .execution()
        .spawn(
            "audit-consumer",
            () -> {
              for (boolean commit = false; !ending; commit = !commit) {
                ledger.fetch(commit);
                space.execution().poll();
              }
            });
  }

  private void round(Disturbance disturbance) throws Exception {
    rounds++;
    try {
      strike(disturbance);
      field().awaitStamps(STAMPS_A_ROUND);
      fetchAll();
    } catch (LawViolation e) {
      throw new LawViolation(
          "round %d, after %s: %s".formatted(rounds, disturbance.name(), e.getMessage()), e);
    }
  }

  private void fetchAll() {
    for (Ledger ledger : steady) {
      ledger.fetch(true);
    }
    if (rounds == 1 || random.nextInt(3) == 0) {
      fickle.forEach(ledger -> ledger.fetch(committing));
      committing = !committing;
    }
    field().nextInterval();
  }

  private void strike(Disturbance disturbance) throws Exception {
    if (!disturbance.standstill()) {
      disturbance.action().strike(random);
      return;
    }
    try (StoppedWriters stopped = stop()) {
      disturbance.action().strike(random);
    }
  }

  private StoppedWriters stop() throws WritersNotStoppedException {
    return space.execution().stopWriters(StopPoint.POLL, STOP_LIMIT);
  }

  /** Nobody writes any more: nothing may be left, and one more store must be told. */
  private void end() {
    for (Ledger ledger : ledgers()) {
      ledger.fetch(true);
      field().nextInterval();
      int page = random.nextInt(field().size());
      if (!field().absent().contains(field().address(page))) {
        field().stamp(page);
      }
      Interval last = ledger.fetch(true);
      if (last.pages().pageCount() > 1
          && last.reasons().isEmpty()
          && !isHugePage(last.pages(), field().address(page), ledger.part())) {
        throw new LawViolation(
            "%d pages are reported of one that was written, without a reason: %s"
                .formatted(last.pages().pageCount(), ledger));
      }
    }
  }

  /** A huge page that is armed as a whole is told as a whole, to whom all of it concerns. */
  private boolean isHugePage(PageSet told, long address, PageSet part) {
    long start = address & -HUGE_PAGE;
    return hugePages && told.equals(PageSet.of(start, start + HUGE_PAGE).intersect(part));
  }

  private List<Ledger> ledgers() {
    List<Ledger> all = new ArrayList<>(steady);
    all.addAll(fickle);
    all.addAll(apart);
    return all;
  }

  @Override
  public void close() throws Exception {
    Exception failure = null;
    for (AutoCloseable resource : open) {
      try {
        resource.close();
      } catch (Exception e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return "%d rounds, %d stamps, %d switches refused; %s"
        .formatted(rounds, field().stamps(), refusedSwitches, ledgers());
  }
}
