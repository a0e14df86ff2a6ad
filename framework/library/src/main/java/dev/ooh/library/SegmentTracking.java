package dev.ooh.library;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.Setting;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One address space with one consumer, from open to close. */
final class SegmentTracking implements AutoCloseable {
  private final AddressSpace space;
  private final TrackingConsumer consumer;
  private final SegmentAdoption adoption;

  SegmentTracking(SpaceOptions options) {
    // Any thread of the program may store, and none joins the space.
    space = new LinuxSubstrate().open(options.withDefaults(Map.of("writers", "any")));
    consumer = space.consumer("program");
    adoption = space.facility(SegmentAdoption.class).orElseThrow();
  }

  /** The settings that anything here declares. */
  static List<Setting<?>> settings(TrackingControl control) {
    return Stream.<Setting<?>>concat(
            new LinuxSubstrate().settings().stream(),
            control.techniques().stream().flatMap(each -> each.settings().stream()))
        .toList();
  }

  AddressSpace space() {
    return space;
  }

  Region adopt(MemorySegment segment) throws TrackingException {
    return adoption.adopt("segment at 0x" + Long.toHexString(segment.address()), segment);
  }

  void release(Region region) throws TrackingException {
    adoption.release(region);
  }

  void declareAlwaysDirty(PageSet pages) {
    space.declareAlwaysDirty(pages);
  }

  Interval fetch(TrackingControl control) {
    PageSet all = adoption.adopted();
    return control.fetch(space, consumer, all, all);
  }

  @Override
  public void close() {
    space.close();
  }
}
