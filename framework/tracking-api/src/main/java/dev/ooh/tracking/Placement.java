package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.Gathered.Unseen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which pages a facility watches for a session, and which it refuses. Pages are registered together
 * where that works, else region by region, so that a region that can't be watched does not end the
 * tracking of the others: it is in every report that scans it, with the reason.
 *
 * <p>Called by the thread that fetches; {@link #refusals} by any.
 */
public final class Placement {
  /** As many regions have a line of their own; further ones share one. */
  private static final int MOST_LINES = 16;

  private final AddressSpace space;
  private final Registrar registrar;
  private PageSet watched = PageSet.empty();

  /** In ascending order of address, as they were refused. */
  private final Map<Region, Unseen> refused = new LinkedHashMap<>();

  /** What {@link #refused} says, in few enough lines. */
  private volatile List<Unseen> unwatched = List.of();

  public Placement(AddressSpace space, Registrar registrar) {
    this.space = space;
    this.registrar = registrar;
  }

  /** Registers pages with a facility. */
  @FunctionalInterface
  public interface Registrar {
    /**
     * Registers pages of any number of regions. Having failed, it may be called again with a part
     * of what it has registered already.
     */
    void register(PageSet pages) throws TrackingException;

    /**
     * Registers what is wanted of one region, after its pages could not be registered together with
     * others: the place to try another way.
     */
    default void register(Region region, PageSet pages) throws TrackingException {
      register(pages);
    }
  }

  /**
   * Makes sure that {@code pages}, all of them mapped, are watched or known to be refused. What is
   * known already costs nothing.
   *
   * @throws TrackingException with every reason, if nothing at all can be watched
   */
  public void place(PageSet pages) throws TrackingException {
    PageSet fresh = pages.minus(watched).minus(unwatched());
    if (fresh.isEmpty()) {
      return;
    }
    try {
      registrar.register(fresh);
      watched = watched.union(fresh);
    } catch (TrackingException e) {
      placeEach(fresh);
    }
  }

  private void placeEach(PageSet fresh) throws TrackingException {
    PageSet.Builder placed = PageSet.builder();
    Map<Region, TrackingException> failures = new LinkedHashMap<>();
    for (Region region : space.regions()) {
      PageSet part = fresh.intersect(region.pages());
      if (part.isEmpty()) {
        continue;
      }
      try {
        registrar.register(region, part);
        placed.addAll(part);
      } catch (TrackingException e) {
        failures.put(region, e);
        refused.merge(
            region,
            new Unseen(
                part,
                "region %s unwatched and always reported: %s"
                    .formatted(region.name(), e.getMessage())),
            (before, now) -> new Unseen(before.pages().union(now.pages()), now.reason()));
      }
    }
    watched = watched.union(placed.build());
    if (watched.isEmpty() && !failures.isEmpty()) {
      failures.keySet().forEach(refused::remove);
      throw all(failures.values().stream().toList());
    }
    summarize();
  }

  /** One exception that says what several do. */
  private static TrackingException all(List<TrackingException> failures) {
    TrackingException first = failures.getFirst();
    if (failures.size() == 1) {
      return first;
    }
    Set<String> messages = new LinkedHashSet<>();
    Set<String> remedies = new LinkedHashSet<>();
    for (TrackingException failure : failures.subList(0, Math.min(MOST_LINES, failures.size()))) {
      messages.add(String.valueOf(failure.getMessage()));
      remedies.add(failure.remedy());
    }
    if (failures.size() > MOST_LINES) {
      messages.add("and %d regions more".formatted(failures.size() - MOST_LINES));
    }
    remedies.remove("");
    return new NothingWatched(String.join("; ", messages), String.join("; or ", remedies), first);
  }

  private void summarize() {
    List<Unseen> all = List.copyOf(refused.values());
    if (all.size() <= MOST_LINES) {
      unwatched = all;
      return;
    }
    List<Unseen> lines = new ArrayList<>(all.subList(0, MOST_LINES - 1));
    List<Unseen> rest = all.subList(MOST_LINES - 1, all.size());
    PageSet.Builder pages = PageSet.builder();
    rest.forEach(each -> pages.addAll(each.pages()));
    lines.add(
        new Unseen(
            pages.build(),
            "%d further regions unwatched and always reported, such as %s"
                .formatted(rest.size(), rest.getFirst().reason())));
    unwatched = List.copyOf(lines);
  }

  /** What is registered. */
  public PageSet watched() {
    return watched;
  }

  /** What was refused. */
  public PageSet unwatched() {
    PageSet all = PageSet.empty();
    for (Unseen each : unwatched) {
      all = all.union(each.pages());
    }
    return all;
  }

  /** What was refused of {@code scan}, with the reasons: part of every report. */
  public List<Unseen> unseen(PageSet scan) {
    List<Unseen> all = unwatched;
    if (all.isEmpty()) {
      return all; // as almost always, and at every fetch
    }
    return all.stream()
        .map(each -> new Unseen(each.pages().intersect(scan), each.reason()))
        .filter(each -> !each.pages().isEmpty())
        .toList();
  }

  /** A line for each region that was refused, up to {@value #MOST_LINES}. For any thread. */
  public List<String> refusals() {
    return unwatched.stream().map(Unseen::reason).toList();
  }

  /**
   * Forgets pages that were unmapped.
   *
   * @return those of them that were registered
   */
  public PageSet unmapped(PageSet pages) {
    PageSet gone = watched.intersect(pages);
    watched = watched.minus(pages);
    if (!refused.isEmpty()) {
      refused.replaceAll((region, each) -> new Unseen(each.pages().minus(pages), each.reason()));
      refused.values().removeIf(each -> each.pages().isEmpty());
      summarize();
    }
    return gone;
  }

  /** No region at all can be watched. */
  private static final class NothingWatched extends TrackingException {
    private static final long serialVersionUID = 1L;
    private final String remedy;

    NothingWatched(String message, String remedy, Throwable cause) {
      super(message, cause);
      this.remedy = remedy;
    }

    @Override
    public String remedy() {
      return remedy;
    }
  }
}
