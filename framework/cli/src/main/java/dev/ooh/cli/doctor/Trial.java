package dev.ooh.cli.doctor;

import dev.ooh.cli.ErrorText;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import java.util.Optional;

/** Tracks a mapping for two intervals, as any program would, and compares with what was written. */
final class Trial {
  private static final int[] WRITTEN = {1, 5, 6, 300, MappingKind.PAGES - 1};

  private final TrackingControl control;
  private final AddressSpace space;
  private final String technique;

  Trial(TrackingControl control, AddressSpace space, String technique) {
    this.control = control;
    this.space = space;
    this.technique = technique;
  }

  Check of(RegionRequest request, String memory, String but) {
    try {
      control.use(space, technique);
      Region region = space.map(request);
      write(region, allPages());
      try (TrackingConsumer consumer = space.consumer("doctor")) {
        fetch(consumer, region).commit();
        write(region, WRITTEN);
        try (Interval interval = fetch(consumer, region)) {
          Check check = judge(interval, region, memory, but);
          interval.commit();
          return check;
        }
      }
    } catch (TrackingException e) {
      return Check.fails(technique, space.substrate(), memory, ErrorText.of(e), e.remedy());
    } catch (Exception e) {
      return Check.fails(technique, space.substrate(), memory, ErrorText.of(e), "");
    }
  }

  private Interval fetch(TrackingConsumer consumer, Region region) {
    return control.fetch(space, consumer, region.pages(), region.pages());
  }

  private Check judge(Interval interval, Region region, String memory, String but) {
    PageSet.Builder builder = PageSet.builder();
    for (int page : WRITTEN) {
      long address = address(region, page);
      builder.add(address, address + Long.BYTES); // a technique may report less than the page
    }
    PageSet written = builder.build();
    PageSet missing = written.minus(interval.pages());
    if (!missing.isEmpty()) {
      return Check.fails(
          technique, space.substrate(), memory, "written and not reported: " + missing, "");
    }
    // The untracked way out says why; all-dirty itself is meant to.
    boolean asked = control.active(space).equals(Optional.of(technique));
    String why = String.join("; ", interval.reasons());
    if (!asked || (!why.isEmpty() && !technique.equals("all-dirty"))) {
      return Check.fails(
          technique,
          space.substrate(),
          memory,
          why.isEmpty() ? control.active(space) + " gathered in its place" : why,
          "");
    }
    long reported = interval.pages().pageCount();
    return Check.works(
        technique,
        space.substrate(),
        memory,
        "%s%s; %d pages written, %d reported"
            .formatted(mode(), but, written.pageCount(), reported));
  }

  /** By what mode it works on this very memory, which need not be that of its own trial. */
  private String mode() {
    return control.list(space).stream()
        .filter(status -> status.descriptor().name().equals(technique))
        .map(status -> status.probe().reason())
        .findFirst()
        .orElse("");
  }

  private void write(Region region, int... pages) throws Exception {
    Memory memory = space.memory();
    space
        .execution()
        .run(
            () -> {
              for (int page : pages) {
                long address = address(region, page);
                memory.putLong(address, memory.getLong(address) + 1);
              }
              return true;
            });
  }

  private static long address(Region region, int page) {
    return region.start() + (long) page * PageSet.PAGE_SIZE;
  }

  private static int[] allPages() {
    int[] pages = new int[MappingKind.PAGES];
    for (int page = 0; page < pages.length; page++) {
      pages[page] = page;
    }
    return pages;
  }
}
