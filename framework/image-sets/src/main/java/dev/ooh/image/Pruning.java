package dev.ooh.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which sets nothing needs.
 *
 * @param removable those, each before the one that it builds on
 * @param kept why others than the newest dumps and what they build on are kept, a line each
 */
public record Pruning(List<Path> removable, List<String> kept) {
  /**
   * Keeps the newest {@code dumps} sets that can be restored, what they build on, what {@code
   * latest} names, and what can't be read. No program may be writing to the folder, for it may
   * build on a pre-dump that no dump builds on yet.
   */
  public static Pruning of(SetFolder folder, int dumps) throws IOException {
    List<Path> sets = folder.sets();
    ImageSet.Opener opener = new ImageSet.Opener();
    Set<Path> needed = new HashSet<>();
    List<String> kept = new ArrayList<>();
    int wanted = dumps;
    for (Path set : sets.reversed()) {
      boolean needs = folder.isLatest(set);
      try {
        if (opener.open(set).description().complete()) {
          needs |= wanted-- > 0;
        }
      } catch (IOException e) {
        needs = true;
        kept.add("%s is kept: it can't be read, so who needs it is not known".formatted(set));
      }
      if (needs) {
        need(set, needed);
      }
    }
    Set<Path> removable = new LinkedHashSet<>();
    for (Path set : sets.reversed()) {
      if (!needed.contains(set)) {
        removeChildrenFirst(set, sets, new HashSet<>(), removable);
      }
    }
    return new Pruning(List.copyOf(removable), kept);
  }

  private static void need(Path set, Set<Path> needed) throws IOException {
    Optional<Path> next = Optional.of(set);
    while (next.isPresent() && needed.add(next.get())) {
      next = SetFolder.parentOf(next.get());
    }
  }

  private static void removeChildrenFirst(
      Path set, List<Path> sets, Set<Path> seen, Set<Path> removable) throws IOException {
    if (!seen.add(set)) {
      return; // sets may name each other as parents, though nobody writes such
    }
    for (Path other : sets) {
      if (!removable.contains(other)
          && SetFolder.parentOf(other).equals(Optional.of(set))
          && !other.equals(set)) {
        removeChildrenFirst(other, sets, seen, removable);
      }
    }
    removable.add(set);
  }
}
