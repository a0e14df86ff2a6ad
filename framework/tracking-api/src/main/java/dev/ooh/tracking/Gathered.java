package dev.ooh.tracking;

import dev.ooh.memory.PageSet;
import java.util.Optional;

/**
 * The answer of one {@link TrackingSession#fetch}.
 *
 * @param pages what was written
 * @param lost why pages may be missing, after which the core counts everything the session watched
 *     as changed; empty when nothing was lost
 */
public record Gathered(PageSet pages, Optional<String> lost) {
  public static Gathered of(PageSet pages) {
    return new Gathered(pages, Optional.empty());
  }

  public static Gathered lost(PageSet pages, String reason) {
    return new Gathered(pages, Optional.of(reason));
  }
}
