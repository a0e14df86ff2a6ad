package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which descriptor watches which region: those of the wanted mode where the kernel lets it, else
 * one of asynchronous mode, as for a file on disk. What neither may watch is in every report, so
 * that one region that can't be watched does not end the tracking of the others.
 */
final class Watch implements AutoCloseable {
  private final AddressSpace space;
  private final Userfaultfd facility;
  private final Channel wanted;

  /** Opened when it is needed. */
  private @Nullable Channel other;

  private PageSet unwatched = PageSet.empty();
  private volatile String exceptions = "";

  Watch(AddressSpace space, Userfaultfd facility, Mode mode) throws TrackingException {
    this.space = space;
    this.facility = facility;
    wanted = new Channel(mode, facility.open(mode));
  }

  /** Of the wanted mode; and what had to be done otherwise, with the kernel's reason. */
  String mode() {
    return Channel.name(wanted.mode()) + exceptions;
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
      }
    }
    if (why == null) {
      return;
    }
    if (wanted.ranges().isEmpty() && watchedOtherwise().isEmpty()) {
      throw why;
    }
    unwatched = unwatched.union(refused);
    exceptions += "; %s unwatched and always reported: %s".formatted(refused, why.getMessage());
  }

  private void place(Region region, PageSet part) throws TrackingException {
    try {
      wanted.register(part);
    } catch (TrackingException e) {
      if (wanted.mode() != Mode.SYNCHRONOUS_WRITE_PROTECT
          || !facility.modes().contains(Mode.ASYNCHRONOUS_WRITE_PROTECT)) {
        throw e;
      }
      if (other == null) {
        Mode mode = Mode.ASYNCHRONOUS_WRITE_PROTECT;
        other = new Channel(mode, facility.open(mode));
      }
      other.register(part);
      exceptions +=
          "; %s for region %s: %s"
              .formatted(Channel.name(other.mode()), region.name(), e.getMessage());
    }
  }

  void unregister(PageSet pages) {
    for (Channel channel : channels()) {
      channel.unregister(pages);
    }
    unwatched = unwatched.minus(pages);
  }

  PageSet drain() throws TrackingException {
    PageSet written = PageSet.empty();
    for (Channel channel : channels()) {
      written = written.union(channel.descriptor().drain());
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
