package dev.ooh.checkpoints;

import dev.ooh.library.PageTracker;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The segments of a program, tracked, by the addresses that images know them by: those they had
 * when each was first in a checkpoint. Where a restored one lies today is nobody's business but
 * this class's.
 */
final class Segments {
  private static final long PAGE = PageSet.PAGE_SIZE;

  /** From the last segment to one that is placed behind it. */
  private static final long GAP = 1L << 30;

  private final PageTracker tracker;
  private final List<Placed> placed = new ArrayList<>();

  Segments(PageTracker tracker) {
    this.tracker = tracker;
  }

  /**
   * @param image where images have it
   * @param memory where it is
   * @param tracked what the tracker calls it
   * @param mapped whether a part of it is a mapping of a file
   */
  private record Placed(Region image, MemorySegment memory, Region tracked, boolean mapped) {
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
   * @throws TrackingException if it can't be tracked; it is not added then
   */
  void add(Region image, MemorySegment memory, boolean mapped) throws TrackingException {
    placed.add(new Placed(image, memory, tracker.add(memory), mapped));
    placed.sort(Comparator.comparingLong(it -> it.image().start()));
  }

  /** Returns whether there was one of that name. */
  boolean remove(String name) {
    for (Placed segment : placed) {
      if (segment.image().name().equals(name)) {
        placed.remove(segment);
        untrack(segment.tracked());
        return true;
      }
    }
    return false;
  }

  private void untrack(Region region) {
    try {
      tracker.remove(region);
    } catch (TrackingException e) {
      // its arena was closed before, and the tracking with it
    }
  }

  boolean contains(String name) {
    return placed.stream().anyMatch(it -> it.image().name().equals(name));
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

  /** The pages that changed since this was last asked, as images know them; re-arms them. */
  PageSet changed() {
    try (Interval interval = tracker.changes()) {
      PageSet changed = inImages(interval.pages().wholePages());
      interval.commit(); // they are owed to the next set from here on
      return changed;
    }
  }

  /**
   * The pages that {@link #changed} would return now, as far as is known; it will return them
   * again.
   */
  PageSet owed() {
    try (Interval interval = tracker.changes()) {
      return inImages(interval.pages().wholePages());
    }
  }

  /** By which it was found what changed. */
  String technique() {
    return tracker.technique().orElse("none");
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

  /** Changes to another technique, by which everything counts as changed. */
  void use(String technique) throws TrackingException {
    tracker.use(technique);
  }

  Optional<CopyBeforeWrite> copyBeforeWrite() {
    return tracker.copyBeforeWrite();
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
    for (int done = 0; done < length; ) {
      Placed segment = at(address + done);
      long from = address + done - segment.image().start();
      int count = (int) Math.min(length - done, segment.image().bytes() - from);
      MemorySegment.copy(
          segment.memory(), ValueLayout.JAVA_BYTE, from, target, offset + done, count);
      each.copied(segment.memory().address() + from, offset + done, count);
      done += count;
    }
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
