package dev.ooh.checkpoints;

import dev.ooh.image.reader.PageComparison;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.NextSet;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses how what is left after the rounds of copying is taken: while writers stand still, if that
 * is not too long, else before it is written. For one thread.
 */
final class CopyChoice {
  /** Its writers wait for somebody, which copy before write needs. */
  private static final String TECHNIQUE_WITH_WAITING_WRITERS = "uffd";

  /** They are no techniques to go back to. */
  private static final Set<String> WATCH_NOTHING = Set.of("none", "all-dirty");

  /** How often pages are armed again before writers are stopped, as long as they become fewer. */
  private static final int MOST_REARMS = 4;

  /** Bytes that may hold what writers came to first, however little else may be copied. */
  private static final long LEAST_BUFFER = 64L << 20;

  private final CheckpointOptions options;
  private final Segments segments;
  private final NextSet next;

  /** Why the last snapshot was lost; the next checkpoint is taken without one then. */
  private Optional<String> lost = Optional.empty();

  /** What there is to say of huge pages from the beginning on; empty where nothing is. */
  private String splits = "";

  private String reason = "";

  private final WayBack wayBack = new WayBack();

  /** How long it took at best to ask what changed, by a technique that lets no writer wait. */
  private Duration askingWithoutWaiting = ChronoUnit.FOREVER.getDuration();

  CopyChoice(CheckpointOptions options, Segments segments, NextSet next) {
    this.options = options;
    this.segments = segments;
    this.next = next;
  }

  /**
   * Uses the technique that was asked for. Where there may be huge pages and none was, one that
   * splits none, if it works here; nothing is lost otherwise but they.
   *
   * @throws TrackingException if the one that was asked for does not work here
   */
  void begin() throws TrackingException {
    Optional<String> wanted = options.technique();
    if (wanted.isPresent()) {
      segments.use(wanted.get());
    } else if (options.hugePages() && options.standstill().isPresent()) {
      try {
        segments.use(TECHNIQUE_WITH_WAITING_WRITERS);
      } catch (TrackingException e) {
        splits = "huge pages will be split: " + e.getMessage();
      }
    }
  }

  /**
   * In words, after {@link #prepare}: empty where nothing but a short stop was in question, and no
   * huge page is split.
   */
  String reason() {
    return splits.isEmpty() || reason.isEmpty() ? splits + reason : splits + "; " + reason;
  }

  /**
   * Before a checkpoint is begun: where so little changed in the last ones that no writer need have
   * waited, the technique that was left for that is used again. Writes are cheaper then.
   */
  void beginCheckpoint(PageSet scan) {
    reason = "";
    if (!writersWait()) {
      wayBack.close();
    }
    if (!wayBack.isOpen()) {
      return;
    }
    segments.changed(next::changed); // and not what the rounds leave: here they slow writers down
    Optional<String> before = wayBack.count(isShortWithoutWaiting(scan));
    if (before.isPresent()) {
      try {
        reason = "so little changes that no writer need wait: technique " + before.get();
        changeOver(before.get(), scan);
        wayBack.close();
      } catch (TrackingException e) {
        reason = "technique %s can't be used again: %s".formatted(before.get(), e.getMessage());
      }
    }
  }

  /** A snapshot was lost, and the checkpoint with it. */
  void lost(String why) {
    lost = Optional.of(why);
  }

  /** The snapshot could not begin, and writers stand still for copying after all. */
  void notBegun(SnapshotException why) {
    reason = "%s; copy before write: %s".formatted(reason, why.getMessage());
  }

  /**
   * Makes ready for a snapshot of {@code scan} where stopped writers would have to wait for longer
   * than they should; empty where they need not, or must.
   */
  Optional<SegmentSnapshot> prepare(PageSet scan) {
    if (options.standstill().isEmpty() || options.copyBytes() == 0) {
      return Optional.empty();
    }
    if (!writersWait() && next.timeToAsk().compareTo(askingWithoutWaiting) < 0) {
      askingWithoutWaiting = next.timeToAsk();
    }
    if (next.isFew(scan) && !options.frozenTarget().isZero() && !writersWait()) {
      return Optional.empty(); // not worth dearer writes from now on
    }
    Optional<String> tooLong = next.takesLongerThan(options.frozenTarget(), scan);
    if (tooLong.isEmpty()) {
      return Optional.empty();
    }
    reason = reason.isEmpty() ? tooLong.get() : reason + "; " + tooLong.get();
    Optional<String> before = lost;
    lost = Optional.empty();
    try {
      if (before.isPresent()) {
        throw new SnapshotException("it was lost the last time: " + before.get());
      }
      return Optional.of(begin(scan));
    } catch (SnapshotException | TrackingException e) {
      reason = "%s; copy before write: %s".formatted(reason, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Where writers must never wait for copying, every set is taken by a snapshot: what that needs is
   * used before a first set is written ahead, all of which would have to be read again afterwards.
   */
  void beginAhead(PageSet scan) {
    if (options.frozenTarget().isZero()) {
      try {
        CopyBeforeWrite _ = waitingWriters(scan);
      } catch (SnapshotException | TrackingException e) {
        // it is in the reason that prepare() gives
      }
    }
  }

  private SegmentSnapshot begin(PageSet scan) throws SnapshotException, TrackingException {
    CopyBeforeWrite facility = waitingWriters(scan);
    CopyBeforeWrite.Prepared prepared =
        facility.prepare(segments.inMemory(scan), Math.max(options.copyBytes(), LEAST_BUFFER));
    boolean armed = false;
    try {
      rearm();
      armed = true;
      return new SegmentSnapshot(segments, prepared);
    } finally {
      if (!armed) {
        prepared.close();
      }
    }
  }

  /** Has writers wait from now on where a snapshot wants them to. */
  private CopyBeforeWrite waitingWriters(PageSet scan) throws SnapshotException, TrackingException {
    CopyBeforeWrite facility =
        segments.copyBeforeWrite().orElseThrow(() -> new SnapshotException("this memory has none"));
    Optional<String> refusal = facility.refusal();
    if (refusal.isPresent()) {
      throw new SnapshotException(refusal.get());
    }
    Optional<String> mapped = segments.mapped();
    if (mapped.isPresent()) {
      throw new SnapshotException(
          "segment %s is mapped from files, whose writers can't wait".formatted(mapped.get()));
    }
    if (!writersWait()) {
      if (options.technique().isPresent()) {
        throw new SnapshotException(
            "technique %s was asked for, which lets no writer wait; %s does"
                .formatted(options.technique().get(), TECHNIQUE_WITH_WAITING_WRITERS));
      }
      String before = segments.technique();
      if (!options.frozenTarget().isZero() && !WATCH_NOTHING.contains(before)) {
        wayBack.left(before);
      }
      changeOver(TECHNIQUE_WITH_WAITING_WRITERS, scan);
    }
    return facility;
  }

  /**
   * Nobody sees what is written while the technique changes, so everything counts as changed. What
   * was not when it was last asked is compared with what the newest set has, for it was written
   * once; all is watched again by then. Where the technique can't be used, another one may be, and
   * it is no different.
   */
  private void changeOver(String technique, PageSet scan) throws TrackingException {
    PageSet unchanged = next.inParent(scan);
    PageSet empty = scan.minus(next.pages(scan));
    try {
      segments.use(technique);
    } finally {
      compare(scan, unchanged, empty);
    }
  }

  private void compare(PageSet scan, PageSet unchanged, PageSet empty) {
    segments.changed(next::changed);
    next.zero(segments.zeros(empty));
    PageSet doubtful = unchanged.minus(next.inParent(scan));
    Optional<WrittenSet> newest = next.previous();
    if (newest.isPresent()) {
      try {
        next.unchanged(PageComparison.same(newest.get(), doubtful, segments::read));
      } catch (IOException e) {
        reason = "%s; everything is written again: %s".formatted(reason, e.getMessage());
      }
    }
  }

  /** Whether it is surely so: what is only just short may be too long the next time. */
  private boolean isShortWithoutWaiting(PageSet scan) {
    return next.isFew(scan)
        || !next.wouldTakeLongerThan(
            options.frozenTarget().dividedBy(2), askingWithoutWaiting, scan);
  }

  private boolean writersWait() {
    return segments.technique().equals(TECHNIQUE_WITH_WAITING_WRITERS);
  }

  private void rearm() {
    // What is armed when writers stop need not be armed then.
    long before = Long.MAX_VALUE;
    for (int i = 0; i < MOST_REARMS; i++) {
      PageSet changed = segments.changed(next::changed);
      if (changed.pageCount() > before / 2) {
        break;
      }
      before = changed.pageCount();
    }
  }
}
