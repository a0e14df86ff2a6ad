package dev.ooh.uffd;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;

/** An open descriptor and the ranges that it watches. */
final class Channel {
  private final Mode mode;
  private final Descriptor descriptor;
  private PageSet ranges = PageSet.empty();

  Channel(Mode mode, Descriptor descriptor) {
    this.mode = mode;
    this.descriptor = descriptor;
  }

  /** A mode as it is called in settings, messages and statistics. */
  static String name(Mode mode) {
    return switch (mode) {
      case SYNCHRONOUS_WRITE_PROTECT -> "synchronous";
      case ASYNCHRONOUS_WRITE_PROTECT -> "asynchronous";
      case MISSING -> "missing";
    };
  }

  Mode mode() {
    return mode;
  }

  Descriptor descriptor() {
    return descriptor;
  }

  PageSet ranges() {
    return ranges;
  }

  void register(PageSet fresh) throws TrackingException {
    descriptor.register(fresh);
    ranges = ranges.union(fresh);
  }

  void unregister(PageSet pages) {
    PageSet gone = ranges.intersect(pages);
    if (!gone.isEmpty()) {
      descriptor.unregister(gone);
      ranges = ranges.minus(gone);
    }
  }

  void protect(PageSet pages) throws TrackingException {
    PageSet own = pages.intersect(ranges);
    if (!own.isEmpty()) {
      descriptor.writeProtect(own);
    }
  }
}
