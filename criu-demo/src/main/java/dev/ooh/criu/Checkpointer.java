package dev.ooh.criu;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.PageReader;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.NextSet;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ChangedPages;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import dev.ooh.memory.TrackingConsumer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Dumps a program's memory, again and again: each image set has the pages that changed since the
 * one before, and names it as its parent. All by one thread of the execution context.
 *
 * <p>A dump need not hold the program up until its pages are in a file: they are copied while it
 * runs, those that changed meanwhile once more, as long as they become fewer; it is stopped for the
 * rest, and goes on before anything is written. Where there is no room for copies, it stands still
 * until everything is written. Where the rest is too much to stand still for, it is copied while
 * the program goes on, each page before it is written ({@link CopyBeforeWrite}).
 *
 * <p>A page of zeros is in no set, and is one after a restore. Another one is left to the parent
 * set if that set knows it and it has not changed. So an interval that reports too much makes an
 * image larger, and never wrong. The interval is committed when the set is durable; if anything
 * fails before, its pages are owed again and go into the next set.
 */
public class Checkpointer implements AutoCloseable {
  /** How often pages are armed again before the program is stopped. */
  private static final int REARMS = 2;

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final AddressSpace space;
  private final Subject subject;
  private final SetPlace place;
  private final Options options;
  private final TrackingConsumer consumer;
  private final NextSet next;

  /** What was asked for by the last question of a round, and its answer. */
  private PageSet lastScan = PageSet.empty();

  private Interval lastAnswer = Interval.all(PageSet.empty(), "nothing was asked");

  /** Why the last snapshot was lost; the next dump is taken without one then. */
  private Optional<String> lost = Optional.empty();

  /** Why the dump that is being taken is taken as it is. */
  private String choice = "";

  /** Pre-dumps that no dump builds on yet, newest last. */
  private final List<Path> unfounded = new ArrayList<>();

  /**
   * How to dump.
   *
   * @param tracked whether to ask which pages changed; if not, every set is whole
   * @param verify whether to compare every page that a dump leaves to its parents with memory
   * @param copyBytes how much a dump may copy, so that the program needn't wait until it is
   *     written; 0 for nothing
   * @param frozenTarget for how long the program should stand still at most; where copying what is
   *     left would take longer, pages are copied before they are written, if memory and the
   *     technique at work can do that
   * @param observer is told what happens, as it happens
   */
  public record Options(
      boolean tracked, boolean verify, long copyBytes, Duration frozenTarget, Observer observer) {
    /** The program stands still for as long as copying takes. */
    public Options(boolean tracked, boolean verify, long copyBytes, Observer observer) {
      this(tracked, verify, copyBytes, LONGEST, observer);
    }
  }

  /** Is told what a dump does, by the dumping thread. */
  public interface Observer {
    /** Pages were asked for, and nothing was copied yet. */
    default void asked(PageSet scan, Interval interval) {}

    /** Pages were copied and handed to the file: the place to account for them. */
    default void written(long pages) {}
  }

  /** What comes after a dump. */
  public enum Then {
    /** The program goes on and is dumped again: its pages stay armed. */
    GO_ON,
    /** Nobody will ask again. */
    END
  }

  public Checkpointer(AddressSpace space, Subject subject, SetPlace place, Options options) {
    this.space = space;
    this.subject = subject;
    this.place = place;
    this.options = options;
    this.consumer = space.consumer("checkpointer");
    this.next = new NextSet(options.copyBytes());
  }

  /**
   * Which pages of {@code scan} changed since this method was last asked. This is what an untracked
   * checkpointer must assume; the weaver links it to the tracking framework.
   */
  @ChangedPages
  protected Interval changedPages(
      AddressSpace memory, TrackingConsumer me, PageSet scan, PageSet arm) {
    return Interval.all(scan, "not woven");
  }

  /**
   * The program was restored from {@code set}, and has written to nothing since: the next set
   * builds on that one, and has what changes from now on; all of it if the program is elsewhere
   * now.
   */
  public void restored(ImageSet set) {
    if (subject.heap().start() != set.description().heapAddress()) {
      return; // no page is where that set has it
    }
    PageSet scan = subject.heap().used();
    try (Interval filled = ask(scan, scan)) {
      filled.commit(); // nobody but the restore wrote to it
    }
    next.restored(set.written());
    next.zero(scan.minus(set.pages()));
  }

  /**
   * Writes a set while the program runs on. What it writes after the pages were asked for belongs
   * to the next set, so this one can't be restored; it is there to make the next one small.
   *
   * @throws IOException if the set could not be written; nothing of it is left, and its pages go
   *     into the next one
   */
  public DumpReport preDump() throws CheckpointException, IOException {
    return preDump(() -> {});
  }

  /** As above; {@code asked} runs as soon as what the program writes is in the next set. */
  public DumpReport preDump(Runnable asked) throws CheckpointException, IOException {
    choice = "";
    Clock clock = new Clock();
    try (ImageSetWriter writer = open()) {
      return write(clock, writer, null, null, 0, Then.GO_ON, asked);
    }
  }

  /**
   * Stops the program where it can go on from memory alone, and writes a set to restore from.
   *
   * @throws CheckpointException if the program does not stop, or verification finds a lost page
   * @throws IOException as for {@link #preDump}
   */
  public DumpReport dump(Then then) throws CheckpointException, IOException {
    return dump(then, () -> {});
  }

  /**
   * As above; {@code asked} runs when the program may go on: at once if pages are copied while it
   * runs, else when it stands still.
   */
  public DumpReport dump(Then then, Runnable asked) throws CheckpointException, IOException {
    return dump(then, asked, () -> {});
  }

  /** As above; {@code stopped} runs when the program stands still, and throws if it won't do. */
  DumpReport dump(Then then, Runnable asked, Runnable stopped)
      throws CheckpointException, IOException {
    Clock clock = new Clock();
    int rounds = 0;
    Runnable standing = asked;
    if (options.copyBytes() > 0) {
      asked.run();
      standing = () -> {};
    }
    try (ImageSetWriter writer = open()) {
      if (options.copyBytes() > 0) {
        rounds = next.copyAhead(subject.heap()::used, this::changedSince, space.memory()::read);
      }
      try (CopyBeforeWrite.Prepared prepared = prepare();
          Freeze freeze = new Freeze(clock)) {
        stopped.run();
        return write(clock, writer, freeze, prepared, rounds, then, standing);
      }
    } catch (WritersNotStoppedException e) {
      throw new CheckpointException(
          "%s could not be dumped: %s".formatted(subject.application(), e.getMessage()), e);
    }
  }

  /**
   * Opens the place of the next set, which may be a wait for its turn: before the program stands
   * still, and before pages are copied that would change meanwhile.
   */
  private ImageSetWriter open() throws IOException {
    return new ImageSetWriter(place, subject.pid(), next.previous());
  }

  /** Makes ready for a snapshot, where the program would have to stand still for too long. */
  private CopyBeforeWrite.@Nullable Prepared prepare() {
    choice = "";
    PageSet used = subject.heap().used();
    // Verifying takes longer than any copying, and wants the program to stand still.
    if (options.copyBytes() == 0 || options.verify()) {
      return null;
    }
    if (!next.hasRoom(used)) {
      return null; // nor will there be when it stands still
    }
    Optional<String> tooLong = next.takesLongerThan(options.frozenTarget(), used);
    if (tooLong.isEmpty()) {
      return null;
    }
    choice = tooLong.get();
    if (lost.isPresent()) {
      choice += "; copy before write was lost the last time: " + lost.get();
      lost = Optional.empty();
      return null;
    }
    Optional<CopyBeforeWrite> facility = space.facility(CopyBeforeWrite.class);
    if (facility.isEmpty()) {
      choice += "; substrate %s has no copy before write".formatted(space.substrate());
      return null;
    }
    try {
      CopyBeforeWrite.Prepared prepared = facility.get().prepare(lastScan, options.copyBytes());
      boolean armed = false;
      try {
        // What is armed when the program stops need not be armed then.
        for (int i = 0; i < REARMS; i++) {
          changedSince(lastScan);
        }
        armed = true;
        return prepared;
      } finally {
        if (!armed) {
          prepared.close();
        }
      }
    } catch (SnapshotException e) {
      choice += "; technique %s: %s".formatted(lastAnswer.technique(), e.getMessage());
      return null;
    }
  }

  private @Nullable DumpSnapshot begin(CopyBeforeWrite.@Nullable Prepared prepared) {
    if (prepared == null) {
      return null;
    }
    try {
      return new DumpSnapshot(space, lastScan, prepared);
    } catch (SnapshotException e) {
      choice += "; " + e.getMessage();
      return null;
    }
  }

  private DumpReport write(
      Clock clock,
      ImageSetWriter writer,
      @Nullable Freeze freeze,
      CopyBeforeWrite.@Nullable Prepared prepared,
      int rounds,
      Then then,
      Runnable asked)
      throws IOException, CheckpointException {
    Optional<WrittenSet> parent = next.previous();
    PageSet scan = subject.heap().used();
    PageSet arm = then == Then.GO_ON ? scan : PageSet.empty();
    double started = clock.now();
    try (DumpSnapshot snapshot = begin(prepared);
        Interval interval = snapshot == null ? ask(scan, arm) : snapshot.changedSince(lastAnswer)) {
      options.observer().asked(scan, interval);
      asked.run();
      next.changed(interval.pages());
      if (snapshot != null) {
        next.changed(scan.minus(snapshot.pages())); // it was not asked about
      }
      double gathered = clock.now();
      if (freeze != null && parent.isPresent() && options.verify()) {
        verify(parent.get(), scan, interval.technique());
      }
      Copied copied =
          freeze == null || options.copyBytes() == 0
              ? new Copied(0, space.memory()::read, false, CopyBeforeWrite.Waits.none())
              : copyRest(freeze, snapshot, scan, arm);
      PageSet inParent = next.inParent(scan);
      double copying = clock.now();
      PageSet zeros = zeros(next.pages(scan).minus(inParent), copied.source());
      PageSet all = next.pages(scan).minus(zeros);
      writer.pages(all, inParent, copied.source(), this::written);
      double written = clock.now();
      if (freeze != null) {
        freeze.close();
      }
      long skipped = inParent.pageCount();
      long total = scan.pageCount();
      long present = all.pageCount() - skipped;
      double freezing = freeze == null ? 0 : freeze.freezing();
      double frozen = freeze == null ? 0 : freeze.frozen();
      double dumping = gathered - started;
      double writing = written - copying;
      WrittenSet set =
          writer.finish(
              describe(freeze != null, interval.technique()),
              new DumpStatsEntry(
                  micros(freezing),
                  micros(frozen),
                  micros(dumping),
                  micros(writing),
                  total,
                  skipped,
                  present));
      if (freeze == null) {
        unfounded.add(set.path());
      } else {
        unfounded.clear();
      }
      interval.commit();
      next.written(set);
      next.zero(zeros);
      return new DumpReport(
          set.path(),
          interval.technique(),
          String.join("; ", interval.reasons()),
          clock.sinceStart(),
          freezing,
          frozen,
          dumping,
          writing,
          total,
          present,
          skipped,
          total - present - skipped,
          rounds,
          copied.pages(),
          copied.beforeWrite(),
          choice,
          copied.waits());
    } catch (UncheckedIOException e) {
      lost = Optional.of(String.valueOf(e.getMessage())); // the snapshot
      throw e.getCause();
    }
  }

  /** Copies what is left, and lets the program go on as soon as that is safe. */
  private Copied copyRest(
      Freeze freeze, @Nullable DumpSnapshot snapshot, PageSet scan, PageSet arm) {
    PageReader memory = space.memory()::read;
    if (snapshot != null) {
      PageSet stopped = scan.minus(snapshot.pages());
      long rest = next.uncopied(stopped).pageCount();
      if (next.hasRoom(scan) && next.copyRest(stopped, memory)) {
        freeze.close();
        next.changed(owed(snapshot.pages(), arm));
        return new Copied(rest, next.copies(), true, copyBeforeWrite(snapshot, scan));
      }
      next.changed(owed(snapshot.pages(), arm));
    }
    long rest = next.uncopied(scan).pageCount();
    if (next.copyRest(scan, memory)) {
      freeze.close();
      return new Copied(rest, next.copies(), false, CopyBeforeWrite.Waits.none());
    }
    String full =
        "%d bytes may hold copies, which is too little for what is left: all is written while the program stands still"
            .formatted(options.copyBytes());
    choice = choice.isEmpty() ? full : choice + "; " + full;
    return new Copied(0, memory, false, CopyBeforeWrite.Waits.none());
  }

  /** Copies what the snapshot has, while the program goes on; how long its writers waited. */
  private CopyBeforeWrite.Waits copyBeforeWrite(DumpSnapshot snapshot, PageSet scan) {
    snapshot.keep(next.uncopied(scan));
    if (!next.copyRest(scan, snapshot)) {
      throw new UncheckedIOException(
          new IOException(
              "snapshot: %d pages are left to copy, for which there is no room"
                  .formatted(next.uncopied(scan).pageCount())));
    }
    return snapshot.end();
  }

  private void changedSince(PageSet scan) {
    try (Interval interval = ask(scan, scan)) {
      next.changed(interval.pages());
      interval.commit(); // they are owed to the next set from here on
      lastScan = scan;
      lastAnswer = interval;
    }
  }

  /**
   * What was owed when a snapshot began, and more; it stays so. Others may have asked since this
   * was asked last, for whom pages were armed again, and some count as changed always.
   */
  private PageSet owed(PageSet scan, PageSet arm) {
    try (Interval interval = ask(scan, arm)) {
      return interval.pages();
    }
  }

  private Interval ask(PageSet scan, PageSet arm) {
    return options.tracked()
        ? changedPages(space, consumer, scan, arm)
        : Interval.all(scan, "untracked");
  }

  /**
   * Those of {@code candidates} that hold nothing but zeros, which no set need have. On simulated
   * time none is looked for: to look into pages is no part of the paper's dump.
   */
  private PageSet zeros(PageSet candidates, PageReader source) {
    return space.execution().simulatedTime() ? PageSet.empty() : source.zeros(candidates);
  }

  private void verify(WrittenSet parent, PageSet scan, String technique)
      throws CheckpointException {
    PageReader memory = space.memory()::read;
    PageSet zeros = scan.minus(next.pages(scan));
    PageSet lost =
        parent.different(next.inParent(scan), memory).union(zeros.minus(memory.zeros(zeros)));
    if (!lost.isEmpty()) {
      throw new CheckpointException(
          "pages changed and %s did not report them: %s, wanted none".formatted(technique, lost));
    }
  }

  private void written(long pages) {
    options.observer().written(pages);
    space.execution().poll();
  }

  private SetDescription describe(boolean complete, String technique) {
    return new SetDescription(
        complete,
        subject.application(),
        subject.configuration(),
        space.substrate(),
        technique,
        subject.heap().start(),
        space.regions());
  }

  private static long micros(double millis) {
    return Math.round(millis * 1000);
  }

  /**
   * Removes pre-dumps that no dump builds on: without this object none ever will.
   *
   * @throws IOException if one can't be removed; for instance as a dump that failed is the latest
   *     set nevertheless, and builds on it
   */
  @Override
  public void close() throws IOException {
    consumer.close();
    for (Path preDump : unfounded.reversed()) {
      place.remove(preDump); // ends here if one is needed, as it needs those before
    }
    unfounded.clear();
  }

  /**
   * What was copied of a set before it is written.
   *
   * @param pages copied by {@link #copyRest}
   * @param source has the pages of the set as they shall be
   * @param beforeWrite whether the program went on, and each was copied before it wrote to it
   * @param waits of writers for a snapshot
   */
  private record Copied(
      long pages, PageReader source, boolean beforeWrite, CopyBeforeWrite.Waits waits) {}

  /** Milliseconds of the execution context. */
  private final class Clock {
    private final double start = now();

    double now() {
      return space.execution().nanoTime() / 1e6;
    }

    double sinceStart() {
      return now() - start;
    }
  }

  /**
   * All writers stand still until this is closed; closing twice does nothing. The time from the
   * request counts.
   */
  private final class Freeze implements AutoCloseable {
    private final Clock clock;
    private final StoppedWriters stopped;
    private final double freezing;
    private final double since;
    private double frozen;
    private boolean closed;

    Freeze(Clock clock) throws WritersNotStoppedException {
      this.clock = clock;
      this.since = clock.now();
      this.stopped = space.execution().stopWriters(StopPoint.RESTARTABLE_POLL, STOP_LIMIT);
      this.freezing = clock.now() - since;
    }

    double freezing() {
      return freezing;
    }

    double frozen() {
      return frozen;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        frozen = clock.now() - since;
        stopped.close();
      }
    }
  }
}
