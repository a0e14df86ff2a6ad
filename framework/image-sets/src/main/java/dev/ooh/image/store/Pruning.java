package dev.ooh.image.store;

import dev.ooh.image.input.CheckedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    Map<Path, Path> reals = new HashMap<>();
    for (Path set : sets) {
      reals.put(set, SetFolder.real(set));
    }
    Optional<Path> latest = real(folder.latest());
    Map<Path, Optional<Path>> parents = new HashMap<>();
    Set<Path> needed = new HashSet<>();
    List<String> kept = new ArrayList<>();
    int wanted = dumps;
    for (Path set : sets.reversed()) {
      Path real = Objects.requireNonNull(reals.get(set));
      boolean needs = latest.equals(Optional.of(real));
      try {
        if (CheckedFiles.of(set).manifest().description().complete()) {
          needs |= wanted-- > 0;
        }
      } catch (IOException e) {
        needs = true;
        kept.add("%s is kept: it can't be read, so who needs it is not known".formatted(set));
      }
      if (!parents.containsKey(real)) {
        parents.put(real, real(SetFolder.parentOf(set)));
      }
      if (needs) {
        need(real, parents, needed);
      }
    }
    Map<Path, List<Path>> children = new HashMap<>();
    for (Path set : sets) {
      parents
          .getOrDefault(reals.get(set), Optional.empty())
          .filter(parent -> !parent.equals(reals.get(set)))
          .ifPresent(parent -> children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(set));
    }
    Set<Path> removable = new LinkedHashSet<>();
    Set<Path> seen = new HashSet<>();
    for (Path set : sets.reversed()) {
      if (!needed.contains(reals.get(set))) {
        removeChildrenFirst(set, reals, children, seen, removable);
      }
    }
    return new Pruning(List.copyOf(removable), kept);
  }

  private static Optional<Path> real(Optional<Path> path) throws IOException {
    return path.isPresent() ? Optional.of(SetFolder.real(path.get())) : path;
  }

  private static void need(Path set, Map<Path, Optional<Path>> parents, Set<Path> needed)
      throws IOException {
    Optional<Path> next = Optional.of(set);
    while (next.isPresent() && needed.add(next.get())) {
      Optional<Path> known = parents.get(next.get());
      if (known == null) {
        known = real(SetFolder.parentOf(next.get()));
        parents.put(next.get(), known);
      }
      next = known;
    }
  }

  /** Not by recursion: nothing says how long a chain may be. */
  private static void removeChildrenFirst(
      Path set,
      Map<Path, Path> reals,
      Map<Path, List<Path>> children,
      Set<Path> seen,
      Set<Path> removable) {
    Deque<Path> next = new ArrayDeque<>(List.of(set));
    Deque<Path> childrenFirst = new ArrayDeque<>();
    while (!next.isEmpty()) {
      Path found = next.pop();
      if (seen.add(found)) { // sets may name each other as parents, though nobody writes such
        childrenFirst.push(found);
        children.getOrDefault(reals.get(found), List.of()).forEach(next::push);
      }
    }
    removable.addAll(childrenFirst);
  }
}
