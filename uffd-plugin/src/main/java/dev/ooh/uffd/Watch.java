package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Which descriptor watches which region: that of the wanted mode where the kernel lets it, else one
 * of asynchronous mode, as for a file on disk, unless the user asked for the wanted mode and no
 * other. What may not be watched is in every report, so that one region that can't be watched does
 * not end the tracking of the others.
 */
final class Watch implements AutoCloseable {
  private final AddressSpace space;
  private final Userfaultfd facility;
  private final Channel wanted;
  private final boolean strict;

  /** Opened when it is needed. */
  private @Nullable Channel other;

  private PageSet unwatched = PageSet.empty();

  /** What had to be done otherwise, and why. */
  private final Map<Region, String> exceptions = new LinkedHashMap<>();

  private volatile String mode;

  Watch(AddressSpace space, Userfaultfd facility, Mode mode, boolean strict)
      throws TrackingException {
    this.space = space;
    this.facility = facility;
    this.strict = strict;
    wanted = new Channel(mode, facility.open(mode));
    this.mode = Channel.name(mode);
  }

  /**
   * The wanted mode; and for each region that had to be watched otherwise, the kernel's reason. For
   * any thread.
   */
  String mode() {
    return mode;
  }

  private void tellMode() {
    StringJoiner all = new StringJoiner("; ");
    all.add(Channel.name(wanted.mode()));
    exceptions.values().forEach(all::add);
    mode = all.toString();
  }

  /** In every report. */
  PageSet unwatched() {
    return unwatched;
  }

  /** Watched by another mode than the wanted one. */
  PageSet watchedOtherwise() {
    return other == null ? PageSet.empty() : other.ranges();
  }

  /**
   * Makes sure that somebody watches {@code pages}, or that they are known to be unwatched.
   *
   * @throws TrackingException if nothing at all can be watched
   */
  void place(PageSet pages) throws TrackingException {
    PageSet fresh = pages.minus(wanted.ranges()).minus(watchedOtherwise()).minus(unwatched);
    if (fresh.isEmpty()) {
      return;
    }
    try {
      wanted.register(fresh);
    } catch (TrackingException e) {
      placeRegions(fresh);
    }
  }

  private void placeRegions(PageSet fresh) throws TrackingException {
    PageSet refused = PageSet.empty();
    Map<Region, String> refusals = new LinkedHashMap<>();
    TrackingException why = null;
    for (Region region : space.regions()) {
      PageSet part = fresh.intersect(region.pages());
      try {
        if (!part.isEmpty()) {
          place(region, part);
        }
      } catch (TrackingException e) {
        why = e;
        refused = refused.union(part);
        refusals.put(
            region,
            "region %s unwatched and always reported: %s".formatted(region.name(), e.getMessage()));
      }
    }
    if (why != null && wanted.ranges().isEmpty() && watchedOtherwise().isEmpty()) {
      throw why;
    }
    unwatched = unwatched.union(refused);
    exceptions.putAll(refusals);
    tellMode();
  }

  private void place(Region region, PageSet part) throws TrackingException {
    try {
      wanted.register(part);
    } catch (TrackingException e) {
      if (strict
          || wanted.mode() != Mode.SYNCHRONOUS_WRITE_PROTECT
          || !facility.modes().contains(Mode.ASYNCHRONOUS_WRITE_PROTECT)) {
        throw e;
      }
      if (other == null) {
        Mode mode = Mode.ASYNCHRONOUS_WRITE_PROTECT;
        other = new Channel(mode, facility.open(mode));
      }
      other.register(part);
      exceptions.put(
          region,
          "%s for region %s: %s"
              .formatted(Channel.name(other.mode()), region.name(), e.getMessage()));
    }
  }

  void unregister(PageSet pages) {
    for (Channel channel : channels()) {
      channel.unregister(pages);
    }
    unwatched = unwatched.minus(pages);
    if (exceptions.keySet().removeIf(region -> pages.containsAll(region.pages()))) {
      tellMode();
    }
  }

  /** What was written; those of {@code rearm} are protected again. */
  PageSet drain(PageSet rearm) throws TrackingException {
    PageSet written = PageSet.empty();
    for (Channel channel : channels()) {
      PageSet own = rearm.intersect(channel.ranges());
      written = written.union(channel.descriptor().drain(own));
    }
    return written;
  }

  void protect(PageSet pages) throws TrackingException {
    for (Channel channel : channels()) {
      channel.protect(pages);
    }
  }

  /** Why faults may have been lost since this was last asked. */
  Optional<String> lost() {
    List<String> reasons = new ArrayList<>();
    for (Channel channel : channels()) {
      channel.descriptor().lost().ifPresent(reasons::add);
    }
    return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons));
  }

  private List<Channel> channels() {
    List<Channel> channels = new ArrayList<>(2);
    channels.add(wanted);
    if (other != null) {
      channels.add(other);
    }
    return channels;
  }

  @Override
  public void close() {
    channels().forEach(channel -> channel.descriptor().close());
  }
}
