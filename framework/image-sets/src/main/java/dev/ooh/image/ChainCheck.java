package dev.ooh.image;

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
}
