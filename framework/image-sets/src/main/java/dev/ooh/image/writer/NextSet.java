package dev.ooh.image.writer;

import dev.ooh.image.PageReader;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the next set of a chain must hold, and copies of it that were made ahead. A page that was
 * reported as changed is owed until a set with it is durable, whatever fails meanwhile. For one
 * thread at a time.
 */
public final class NextSet {
  /** So few pages are copied at once while the program stands still: some 50 microseconds. */
  private static final int FEW = 64;

  /** Each round has at most half as many pages to copy as the one before. */
  private static final int MOST_ROUNDS = 16;

  private static final double NANOS_A_MILLI = 1e6;

  private final PageCopies copies;
  private @Nullable WrittenSet previous;
  private PageSet owed = PageSet.empty();
  private PageSet zeros = PageSet.empty();

  private final LongSupplier nanoTime;

  // What delays one question or one copying, as other work on the machine does, is not to decide on
  // dearer ways, so the fastest of those since copyAhead began count.
  private long nanosToAsk;
  private double nanosAPage;

  /**
   * @param mostCopyBytes how much may be copied for a set; 0 for nothing
   */
  public NextSet(long mostCopyBytes) {
    this(mostCopyBytes, System::nanoTime);
  }

  NextSet(long mostCopyBytes, LongSupplier nanoTime) {
    this.copies = new PageCopies(mostCopyBytes);
    this.nanoTime = nanoTime;
  }

  /** The set that the next one builds on. */
  public Optional<WrittenSet> previous() {
    return Optional.ofNullable(previous);
  }

  /** These pages changed, or may have. */
  public void changed(PageSet pages) {
    PageSet whole = pages.wholePages();
    PageSet more = owed.union(whole);
    PageSet fewer = zeros.minus(whole);
    copies.changed(whole);
    owed = more; // all or nothing, should memory end
    zeros = fewer;
  }

  /** These pages are all zeros: no set need hold them, until they change. */
  public void zero(PageSet pages) {
    zeros = zeros.union(pages);
  }

  /**
   * The previous set has these pages as memory does, whatever was said of them; what changes from
   * now on is told by {@link #changed}.
   */
  public void unchanged(PageSet pages) {
    owed = owed.minus(pages);
  }

  /** Those of {@code scan} that the set must have. */
  public PageSet pages(PageSet scan) {
    return scan.minus(zeros);
  }

  /** Those of {@code scan} that the previous set has as they are. */
  public PageSet inParent(PageSet scan) {
    WrittenSet parent = previous;
    return parent == null ? PageSet.empty() : pages(scan).intersect(parent.pages()).minus(owed);
  }

  /** Those of {@code scan} that neither the previous set nor a copy has as they are. */
  public PageSet uncopied(PageSet scan) {
    return pages(scan).minus(inParent(scan)).minus(copies.current());
  }

  /** Forgets the copies that were made for the set before. */
  public void begin() {
    copies.clear();
  }

  /**
   * Copies pages while the program runs, as long as that leaves fewer of them to copy.
   *
   * @param scan all the pages of the set, asked for each time
   * @param ask which of them changed since it was asked before: re-arms them, and tells {@link
   *     #changed}
   * @return how often pages were copied
   */
  public int copyAhead(Supplier<PageSet> scan, Consumer<? super PageSet> ask, PageReader memory) {
    begin();
    long before = Long.MAX_VALUE;
    nanosToAsk = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      PageSet all = scan.get();
      long asked = nanoTime.getAsLong();
      ask.accept(all);
      nanosToAsk = Math.min(nanosToAsk, nanoTime.getAsLong() - asked);
      PageSet wanted = uncopied(all);
      if (wanted.pageCount() <= FEW
          || wanted.pageCount() > before / 2
          || !copyTimed(wanted, memory, round > 0)) {
        copies.reserve(wanted.pageCount() + FEW);
        return round;
      }
      before = wanted.pageCount();
    }
    return MOST_ROUNDS;
  }

  private boolean copyTimed(PageSet wanted, PageReader memory, boolean again) {
    copies.reserve(wanted.pageCount());
    long start = nanoTime.getAsLong();
    boolean copied = copies.copy(wanted, memory);
    if (copied) {
      double nanos = (double) (nanoTime.getAsLong() - start) / wanted.pageCount();
      nanosAPage = again ? Math.min(nanosAPage, nanos) : nanos;
    }
    return copied;
  }

  /** Whether what is left to copy, after {@link #copyAhead}, is not worth a thought. */
  public boolean isFew(PageSet scan) {
    return uncopied(scan).pageCount() <= FEW;
  }

  /**
   * Whether asking once more what changed, and copying what is left, will take longer than {@code
   * target}, by how long that took at best in {@link #copyAhead}; where there is no room, it will.
   *
   * @return how long it will take and what was wanted, in words; empty if it will not be too long
   */
  public Optional<String> takesLongerThan(Duration target, PageSet scan) {
    double predicted = nanosToAsk + nanosToCopy(scan);
    long wanted = TimeUnit.NANOSECONDS.convert(target); // as many as there can be, if it has more
    if (predicted <= wanted) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d pages left to copy would take %.1f ms, wanted %.1f",
            uncopied(scan).pageCount(),
            predicted / NANOS_A_MILLI,
            wanted / NANOS_A_MILLI));
  }

  /** How long the fastest question of the last {@link #copyAhead} took; zero before any. */
  public Duration timeToAsk() {
    return Duration.ofNanos(nanosToAsk);
  }

  /**
   * As {@link #takesLongerThan}, had the question taken another time.
   *
   * @param asking how long it would take
   */
  public boolean wouldTakeLongerThan(Duration target, Duration asking, PageSet scan) {
    return TimeUnit.NANOSECONDS.convert(asking) + nanosToCopy(scan)
        > TimeUnit.NANOSECONDS.convert(target);
  }

  private double nanosToCopy(PageSet scan) {
    return hasRoom(scan) ? nanosAPage * uncopied(scan).pageCount() : Double.POSITIVE_INFINITY;
  }

  /** Whether {@link #copyRest} will find room for what is left to copy. */
  public boolean hasRoom(PageSet scan) {
    return uncopied(scan).pageCount() <= copies.room();
  }

  /**
   * Copies what is not copied yet; the program must stand still.
   *
   * @return false if there is no room for all of it; nothing was copied then
   */
  public boolean copyRest(PageSet scan, PageReader memory) {
    return copies.copy(uncopied(scan), memory);
  }

  /** Reads pages from their newest copies. */
  public PageReader copies() {
    return copies;
  }

  /** A set is durable that has every page as it is owed; the next one builds on it. */
  public void written(WrittenSet set) {
    owed = PageSet.empty();
    previous = set;
  }

  /** As {@link #written}, of pages that memory was filled with from that set, and owes nothing. */
  public void restored(WrittenSet set) {
    previous = set;
  }
}
