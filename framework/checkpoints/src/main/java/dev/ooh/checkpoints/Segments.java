package dev.ooh.checkpoints;

import dev.ooh.image.DirectPageReader;
import dev.ooh.library.PageTracker;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a program, tracked, by the addresses that images know them by: those they had
 * when each was first in a checkpoint. Where a restored one lies today is nobody's business but
 * this class's.
 */
final class Segments {
  private static final long PAGE = PageSet.PAGE_SIZE;
  private static final MemorySegment ZEROS =
      MemorySegment.ofArray(new long[(int) PAGE / Long.BYTES]);

  /** From the last segment to one that is placed behind it. */
  private static final long GAP = 1L << 30;

  private final List<Placed> placed = new ArrayList<>();

  /** Null before {@link #track}. */
  private @Nullable PageTracker tracker;

  /**
   * @param image where images have it
   * @param memory where it is
   * @param tracked what the tracker calls it; null before it is tracked
   * @param mapped whether a part of it is a mapping of a file
   */
  private record Placed(
      Region image, MemorySegment memory, @Nullable Region tracked, boolean mapped) {
    private long shift() {
      return memory.address() - image.start();
    }

    private PageSet livePages() {
      return PageSet.of(memory.address(), memory.address() + image.bytes());
    }
  }

  /**
   * Adds a segment that is at {@code image} in the images.
   *
   * @param mapped whether a part of it is a mapping of a file
   * @throws TrackingException if it is to be tracked at once and can't be; it is not added then
   */
  void add(Region image, MemorySegment memory, boolean mapped) throws TrackingException {
    Region tracked = tracker == null ? null : tracker.add(memory);
    placed.add(new Placed(image, memory, tracked, mapped));
    placed.sort(Comparator.comparingLong(it -> it.image().start()));
  }

  /**
   * Begins to track all segments, those that are added later included; nothing is armed yet. Again
   * those that a restored JVM was refused.
   *
   * @throws TrackingException if a segment can't be tracked; this may be tried again then
   */
  void track(PageTracker by) throws TrackingException {
    tracker = by;
    for (int i = 0; i < placed.size(); i++) {
      Placed segment = placed.get(i);
      Region known = segment.tracked();
      if (known == null || !by.isTracked(known)) {
        Region tracked = by.add(segment.memory());
        placed.set(i, new Placed(segment.image(), segment.memory(), tracked, segment.mapped()));
      }
    }
  }

  private PageTracker tracker() {
    return Objects.requireNonNull(tracker, "nothing is tracked yet");
  }

  /** Returns whether there was one of that name. */
  boolean remove(String name) {
    for (Placed segment : placed) {
      if (segment.image().name().equals(name)) {
        placed.remove(segment);
        untrack(segment);
        return true;
      }
    }
    return false;
  }

  private void untrack(Placed segment) {
    Region tracked = segment.tracked();
    if (tracked == null) {
      return;
    }
    try {
      tracker().remove(tracked);
    } catch (TrackingException e) {
      // its arena was closed before, and the tracking with it
    }
  }

  boolean contains(String name) {
    return placed.stream().anyMatch(it -> it.image().name().equals(name));
  }

  /**
   * Checks that {@code memory} can be a segment.
   *
   * @throws IllegalArgumentException saying what it is, and what was wanted
   */
  void check(String name, MemorySegment memory) {
    if (!memory.isNative()) {
      throw refused(name, "found memory of the Java heap, wanted native memory");
    } else if (memory.isReadOnly()) {
      throw refused(name, "found read-only memory, wanted such as can be filled");
    } else if (memory.byteSize() == 0
        || memory.address() % PAGE != 0
        || memory.byteSize() % PAGE != 0) {
      throw refused(
          name,
          "found %d bytes at 0x%x, wanted whole pages of %d"
              .formatted(memory.byteSize(), memory.address(), PAGE));
    }
    checkShared(name, memory);
    long end = memory.address() + memory.byteSize();
    for (Placed segment : placed) {
      MemorySegment other = segment.memory();
      if (memory.address() < other.address() + other.byteSize() && other.address() < end) {
        throw refused(name, "found memory of segment " + segment.image().name());
      }
    }
  }

  private static IllegalArgumentException refused(String name, String why) {
    return new IllegalArgumentException("segment %s: %s".formatted(name, why));
  }

  /** Checks that more than one thread may use it. */
  static void checkShared(String name, MemorySegment memory) {
    if (!memory.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw refused(name, "found an arena of one thread, wanted a shared one");
    }
  }

  /**
   * Makes {@code pages} of {@code memory} zeros, those that are not.
   *
   * @param start of the memory, as images know it
   */
  static void clear(MemorySegment memory, long start, PageSet pages) {
    pages.forEachPage(
        page -> {
          long at = page - start;
          if (MemorySegment.mismatch(memory, at, at + PAGE, ZEROS, 0, PAGE) >= 0) {
            memory.asSlice(at, PAGE).fill((byte) 0);
          }
        });
  }

  /** Where images may have a new segment: where it is, unless something else is there in them. */
  Region place(String name, MemorySegment memory, List<Region> others) {
    Region there = new Region(name, memory.address(), memory.byteSize());
    if (others.stream().noneMatch(it -> it.start() < there.end() && there.start() < it.end())) {
      return there;
    }
    long last = others.stream().mapToLong(Region::end).max().orElseThrow();
    return new Region(name, last + GAP, there.bytes());
  }

  List<Region> regions() {
    return placed.stream().map(Placed::image).toList();
  }

  /** All pages, as images know them. */
  PageSet pages() {
    PageSet.Builder pages = PageSet.builder();
    placed.forEach(it -> pages.add(it.image().start(), it.image().end()));
    return pages.build();
  }

  /**
   * The pages that changed since this was last asked, as images know them; re-arms them.
   *
   * @param owe takes them over, to have them in the next set; what it throws, this does, and they
   *     are returned again the next time
   */
  PageSet changed(Consumer<? super PageSet> owe) {
    try (Interval interval = tracker().changes()) {
      PageSet changed = inImages(interval.pages().wholePages());
      owe.accept(changed);
      interval.commit();
      return changed;
    }
  }

  /**
   * The pages that {@link #changed} would return now, as far as is known; it will return them
   * again.
   */
  PageSet owed() {
    try (Interval interval = tracker().changes()) {
      return inImages(interval.pages().wholePages());
    }
  }

  /** By which it was found what changed. */
  String technique() {
    return tracker().technique().orElse("none");
  }

  /** The pages at addresses of this process, as images know them. */
  PageSet inImages(PageSet live) {
    PageSet.Builder pages = PageSet.builder();
    for (Placed segment : placed) {
      long shift = segment.shift();
      live.intersect(segment.livePages())
          .forEachRun((start, end) -> pages.add(start - shift, end - shift));
    }
    return pages.build();
  }

  /** Where pages lie that images know. */
  PageSet inMemory(PageSet images) {
    PageSet.Builder pages = PageSet.builder();
    for (Placed segment : placed) {
      long shift = segment.shift();
      images
          .intersect(segment.image().pages())
          .forEachRun((start, end) -> pages.add(start + shift, end + shift));
    }
    return pages.build();
  }

  /** The name of one that is mapped from files in part; empty if none is. */
  Optional<String> mapped() {
    return placed.stream().filter(Placed::mapped).map(it -> it.image().name()).findFirst();
  }

  /** Changes to another technique; everything counts as changed, as nobody watches meanwhile. */
  void use(String technique) throws TrackingException {
    tracker().use(technique);
  }

  Optional<CopyBeforeWrite> copyBeforeWrite() {
    return tracker().copyBeforeWrite();
  }

  /** Those of {@code candidates} that hold nothing but zeros now. */
  PageSet zeros(PageSet candidates) {
    PageSet.Builder found = PageSet.builder();
    for (Placed segment : placed) {
      MemorySegment memory = segment.memory();
      long first = segment.image().start();
      candidates
          .intersect(segment.image().pages())
          .forEachPage(
              page -> {
                long at = page - first;
                if (MemorySegment.mismatch(memory, at, at + PAGE, ZEROS, 0, PAGE) < 0) {
                  found.addPage(page);
                }
              });
    }
    return found.build();
  }

  /** Is told of a copy that was made of one segment's memory. */
  @FunctionalInterface
  interface CopiedPart {
    /**
     * @param memory the first address that was copied
     * @param at where in the target it begins
     */
    void copied(long memory, int at, int count);
  }

  /**
   * Copies what is in memory now of what images have from {@code address} on; a run of pages may go
   * on in the next segment.
   */
  void read(long address, byte[] target, int offset, int length) {
    read(address, target, offset, length, (memory, at, count) -> {});
  }

  /** As above; {@code each} is told of the copy of each segment's part. */
  void read(long address, byte[] target, int offset, int length, CopiedPart each) {
    read(address, MemorySegment.ofArray(target), offset, length, each);
  }

  private void read(long address, MemorySegment target, long offset, int length, CopiedPart each) {
    for (int done = 0; done < length; ) {
      Placed segment = at(address + done);
      long from = address + done - segment.image().start();
      int count = (int) Math.min(length - done, segment.image().bytes() - from);
      MemorySegment.copy(segment.memory(), from, target, offset + done, count);
      each.copied(segment.memory().address() + from, (int) offset + done, count);
      done += count;
    }
  }

  /** Reads what is in memory now. */
  DirectPageReader reader() {
    return new DirectPageReader() {
      @Override
      public void read(long address, byte[] target, int offset, int length) {
        Segments.this.read(address, target, offset, length);
      }

      @Override
      public void read(long address, MemorySegment target, long offset, int length) {
        Segments.this.read(address, target, offset, length, (memory, at, count) -> {});
      }
    };
  }

  private Placed at(long address) {
    for (Placed segment : placed) {
      if (address < segment.image().end()) {
        return segment;
      }
    }
    throw new IllegalArgumentException("no segment has 0x%x".formatted(address));
  }

  /** Whole pages. */
  static long rounded(long bytes) {
    return Math.addExact(bytes, PAGE - 1) & -PAGE;
  }
}
