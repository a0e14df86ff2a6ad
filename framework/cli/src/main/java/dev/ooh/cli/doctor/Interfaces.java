package dev.ooh.cli.doctor;

import dev.ooh.cli.ErrorText;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tries what a substrate offers to techniques, by itself. */
final class Interfaces {
  private final AddressSpace space;
  private final List<Check> checks = new ArrayList<>();

  private Interfaces(AddressSpace space) {
    this.space = space;
  }

  static List<Check> of(AddressSpace space) {
    Interfaces interfaces = new Interfaces(space);
    space.facility(SoftDirtyPagemap.class).ifPresent(interfaces::softDirty);
    space.facility(WriteProtectScan.class).ifPresent(interfaces::scan);
    space.facility(Userfaultfd.class).ifPresent(interfaces::userfaultfd);
    return interfaces.checks;
  }

  private interface Attempt {
    /** How it works. */
    String make() throws Exception;
  }

  private void attempt(String what, Attempt attempt) {
    try {
      checks.add(Check.works(what, space.substrate(), Check.ANY, attempt.make()));
    } catch (TrackingException e) {
      checks.add(Check.fails(what, space.substrate(), Check.ANY, ErrorText.of(e), e.remedy()));
    } catch (Exception e) {
      checks.add(Check.fails(what, space.substrate(), Check.ANY, ErrorText.of(e), ""));
    }
  }

  private void softDirty(SoftDirtyPagemap pagemap) {
    Region region = space.map(RegionRequest.anonymous("doctor", 1));
    attempt(
        "soft-dirty bits",
        () -> {
          write(region);
          pagemap.clearSoftDirty();
          if (!pagemap.readSoftDirty(region.pages()).isEmpty()) {
            throw new Refusal("a cleared bit reads as set", "");
          }
          write(region);
          if (pagemap.readSoftDirty(region.pages()).isEmpty()) {
            throw new Refusal(
                "clear_refs succeeds, but a written page's bit reads as clear",
                "a kernel with CONFIG_MEM_SOFT_DIRTY");
          }
          return "a written page's bit reads as set; needs stopped writers";
        });
    space.unmap(region);
  }

  private void scan(WriteProtectScan scans) {
    attempt(
        "write-protect scan",
        () -> {
          scans.open().close();
          return "reads and re-arms in one step";
        });
  }

  private void userfaultfd(Userfaultfd userfaultfd) {
    for (Userfaultfd.Mode mode : Userfaultfd.Mode.values()) {
      String name = mode.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      attempt(
          "userfaultfd " + name,
          () -> {
            userfaultfd.open(mode).close();
            return "opened, with what handles its faults";
          });
    }
  }

  private void write(Region region) throws Exception {
    space
        .execution()
        .run(
            () -> {
              space.memory().putLong(region.start(), 1);
              return true;
            });
  }

  /** A call that succeeded and did nothing. */
  private static final class Refusal extends TrackingException {
    private static final long serialVersionUID = 1L;
    private final String remedy;

    Refusal(String message, String remedy) {
      super(message);
      this.remedy = remedy;
    }

    @Override
    public String remedy() {
      return remedy;
    }
  }
}
