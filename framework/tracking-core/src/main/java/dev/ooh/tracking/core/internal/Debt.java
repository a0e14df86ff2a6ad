package dev.ooh.tracking.core.internal;

import dev.ooh.memory.PageSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pages owed to one consumer: those that a technique saw written, and those that must be assumed
 * written, by reason. Guarded by the {@link Ledger}.
 */
final class Debt {
  /** The one reason that does not make an interval conservative. */
  static final String FIRST_INTERVAL = "first interval of its region";

  static final int MOST_REASONS = 16;

  /** Stands for all beyond those. */
  static final String FURTHER_REASONS = "further reasons";

  private PageSet seen = PageSet.empty();
  private final Map<String, PageSet> assumed = new LinkedHashMap<>();

  void addSeen(PageSet pages) {
    seen = seen.union(pages);
  }

  /** Adds pages that nobody saw written; nothing happens when there are none. */
  void assume(String reason, PageSet pages) {
    if (pages.isEmpty()) {
      return;
    }
    boolean room = assumed.containsKey(reason) || assumed.size() < MOST_REASONS;
    assumed.merge(room ? reason : FURTHER_REASONS, pages, PageSet::union);
  }

  /** Takes over everything of {@code other}. */
  void addAll(Debt other) {
    addSeen(other.seen);
    other.assumed.forEach(this::assume);
  }

  /** Removes what lies in {@code range} and returns it. */
  Debt take(PageSet range) {
    Debt taken = new Debt();
    taken.seen = seen.intersect(range);
    seen = seen.minus(range);
    for (var entries = assumed.entrySet().iterator(); entries.hasNext(); ) {
      Map.Entry<String, PageSet> entry = entries.next();
      taken.assume(entry.getKey(), entry.getValue().intersect(range));
      PageSet rest = entry.getValue().minus(range);
      if (rest.isEmpty()) {
        entries.remove();
      } else {
        entry.setValue(rest);
      }
    }
    return taken;
  }

  void forget(PageSet pages) {
    if (pages().intersects(pages)) {
      take(pages);
    }
  }

  PageSet pages() {
    PageSet all = seen;
    for (PageSet pages : assumed.values()) {
      all = all.union(pages);
    }
    return all;
  }

  List<String> reasons() {
    return List.copyOf(assumed.keySet());
  }

  boolean isConservative() {
    return assumed.size() > (assumed.containsKey(FIRST_INTERVAL) ? 1 : 0);
  }
}
