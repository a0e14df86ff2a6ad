package dev.ooh.tracking;

import dev.ooh.memory.PageSet;
import java.util.List;
import java.util.Objects;

/**
 * The answer of one {@link TrackingSession#fetch}. Every page that is in it without having been
 * seen written has a reason, and every reason reaches the {@linkplain dev.ooh.memory.Interval
 * interval}.
 *
 * @param pages what was seen written
 * @param unseen what is reported besides since it can't be watched; empty when all of it can
 * @param lost why pages may be missing, a line for each loss, after which the core counts
 *     everything the session watched as changed; empty when nothing was lost
 */
public record Gathered(PageSet pages, List<Unseen> unseen, List<String> lost) {
  public Gathered {
    Objects.requireNonNull(pages, "pages");
    unseen = List.copyOf(unseen);
    lost = List.copyOf(lost);
  }

  /**
   * Pages that are reported though nobody saw them written.
   *
   * @param pages those of the asked range
   * @param reason the thing that can't be watched, and why, in one line
   */
  public record Unseen(PageSet pages, String reason) {
    public Unseen {
      Objects.requireNonNull(pages, "pages");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Pages that were seen written, and nothing was lost. */
  public static Gathered of(PageSet pages) {
    return new Gathered(pages, List.of(), List.of());
  }

  /** Pages that were seen written when others were lost. */
  public static Gathered lost(PageSet pages, String reason) {
    return new Gathered(pages, List.of(), List.of(reason));
  }

  /** All that is reported, seen or not. */
  public PageSet reported() {
    PageSet all = pages;
    for (Unseen each : unseen) {
      all = all.union(each.pages());
    }
    return all;
  }
}
