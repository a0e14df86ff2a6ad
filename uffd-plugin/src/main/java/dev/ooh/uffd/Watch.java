package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.Placement;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which descriptor watches which region: that of the wanted mode where the kernel lets it, else one
 * of asynchronous mode, as for a file on disk or a private mapping of one, unless the user asked
 * for the wanted mode and no other.
 */
final class Watch implements Placement.Registrar, AutoCloseable {
  private final Userfaultfd facility;
  private final Channel wanted;
  private final boolean strict;
  private final Placement placement;

  /** Opened when it is needed. */
  private @Nullable Channel other;

  /** What the other one watches, and why the wanted one doesn't. */
  private final Map<Region, String> exceptions = new LinkedHashMap<>();

  private volatile List<String> watchedOtherwise = List.of();

  Watch(AddressSpace space, Userfaultfd facility, Mode mode, boolean strict)
      throws TrackingException {
    this.facility = facility;
    this.strict = strict;
    wanted = new Channel(mode, facility.open(mode));
    placement = new Placement(space, this);
  }

  /** The wanted mode. For any thread. */
  String mode() {
    return Channel.name(wanted.mode());
  }

  /** The kernel's reason for each region that is not watched in the wanted mode. For any thread. */
  List<String> remarks() {
    List<String> all = new ArrayList<>(watchedOtherwise);
    all.addAll(placement.refusals());
    return all;
  }

  PageSet unwatched() {
    return placement.unwatched();
  }

  /** Part of every report that scans it. */
  List<Unseen> unseen(PageSet scan) {
    return placement.unseen(scan);
  }

  /** Watched by another mode than the wanted one. */
  PageSet watchedOtherwise() {
    return other == null ? PageSet.empty() : other.ranges();
  }

  /** See {@link Placement#place}. */
  void place(PageSet pages) throws TrackingException {
    placement.place(pages);
  }

  @Override
  public void register(PageSet pages) throws TrackingException {
    wanted.register(pages);
  }

  @Override
  public void register(Region region, PageSet pages) throws TrackingException {
    try {
      wanted.register(pages);
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
      other.register(pages);
      exceptions.put(
          region,
          "%s for region %s: %s"
              .formatted(Channel.name(other.mode()), region.name(), e.getMessage()));
      watchedOtherwise = List.copyOf(exceptions.values());
    }
  }

  void unmapped(PageSet pages) {
    placement.unmapped(pages);
    for (Channel channel : channels()) {
      channel.unregister(pages);
    }
    if (exceptions.keySet().removeIf(region -> pages.containsAll(region.pages()))) {
      watchedOtherwise = List.copyOf(exceptions.values());
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

  /** Why faults may have been lost since this was last asked, a line for each descriptor. */
  List<String> lost() {
    List<String> reasons = new ArrayList<>();
    for (Channel channel : channels()) {
      channel.descriptor().lost().ifPresent(reasons::add);
    }
    return reasons;
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
