package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageSink;
import dev.ooh.image.digest.DamageSink;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Checks sets that build on each other, each page of each set once, also those that a newer set of
 * the chain has as well. What is found whole here, a restore takes, and the other way round. For
 * one thread.
 */
public final class ChainCheck {
  private final Map<ImageSet, Boolean> whole = new IdentityHashMap<>();

  /** Is told of each thing that is wrong; may end the check. */
  @FunctionalInterface
  public interface Damage {
    void found(ImageSet set, ImageException how) throws ImageException;
  }

  /**
   * Checks a set and what it builds on.
   *
   * @throws ImageException of the first thing that is wrong
   */
  public void check(ImageSet set) throws IOException {
    boolean _ =
        check(
            set,
            (_, how) -> {
              throw how;
            });
  }

  /**
   * Checks a set and what it builds on.
   *
   * @param damage is told of what is wrong with sets that were not checked before
   * @return whether it can be restored: nothing is wrong with any of them
   */
  public boolean check(ImageSet set, Damage damage) throws IOException {
    Deque<ImageSet> unknown = new ArrayDeque<>();
    ImageSet known = set;
    while (known != null && !whole.containsKey(known)) {
      unknown.push(known);
      known = known.parentSet();
    }
    boolean below = known == null || Boolean.TRUE.equals(whole.get(known));
    while (!unknown.isEmpty()) {
      ImageSet next = unknown.pop();
      boolean[] well = {true};
      new SetCheck(
              next,
              (page, how) -> {
                well[0] = false;
                damage.found(next, how);
              })
          .run(PageSet.empty(), (address, pages, length) -> {});
      below &= well[0];
      whole.put(next, below);
    }
    return below;
  }

  /**
   * Verifies what {@link ImageSet#readPages} and {@link ImageSet#fill} have no use for: pages that
   * a newer set of the chain has as well, and what each set says of those that it left to the one
   * below.
   *
   * @param newest whose pages were read
   * @param told of each page that is as it was written
   * @throws ImageException as {@link ImageSet#readPages}
   */
  public static void rest(ImageSet newest, PageSink told) throws IOException {
    PageSet read = newest.pages();
    for (ImageSet set = newest; set != null; set = set.parentSet()) {
      new SetCheck(set, DamageSink.FIRST_ENDS).run(read, told);
      read = read.intersect(set.pagemap().inParent());
    }
  }

  /** As {@link #rest(ImageSet, PageSink)}. */
  public static void rest(ImageSet newest) throws IOException {
    rest(newest, (address, buffer, length) -> {});
  }
}
