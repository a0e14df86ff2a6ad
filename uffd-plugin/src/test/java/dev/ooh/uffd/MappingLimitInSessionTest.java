package dev.ooh.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The kernel refuses to split one mapping more (ENOMEM): what it took is tracked, the others are in
 * each report with its reason, and are not tried again at each fetch.
 */
class MappingLimitInSessionTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @Test
  void whatWasRefusedIsReportedWithTheReasonAndTheOthersAreTracked() throws Exception {
    try (AddressSpace space = new VirtualSubstrate().open(SpaceOptions.named("limit"))) {
      PageSet first = space.map(RegionRequest.anonymous("first", 4 * PAGE)).pages();
      PageSet second = space.map(RegionRequest.anonymous("second", 4 * PAGE)).pages();
      PageSet all = first.union(second);
      Limited kernel = new Limited(first);
      try (UffdSession session =
          new UffdSession(space, kernel, Mode.ASYNCHRONOUS_WRITE_PROTECT, false)) {
        session.fetch(all, all);
        int tries = kernel.tries;
        kernel.written = PageSet.of(first.runStart(0), first.runStart(0) + PAGE);
        Gathered gathered = session.fetch(all, all);
        assertThat(gathered.pages()).isEqualTo(kernel.written);
        assertThat(gathered.lost()).isEmpty();
        assertThat(gathered.unseen())
            .singleElement()
            .satisfies(
                unseen -> {
                  assertThat(unseen.pages()).isEqualTo(second);
                  assertThat(unseen.reason())
                      .startsWith("region second unwatched")
                      .contains("Cannot allocate memory (errno 12)");
                });
        assertThat(kernel.tries).isEqualTo(tries);
        assertThat(session.statistics().get("session.unwatched")).isEqualTo(4);
      }
    }
  }

  /** A kernel with room for one more. */
  private static final class Limited implements Userfaultfd, Descriptor {
    private final PageSet room;
    private PageSet written = PageSet.empty();
    private int tries;

    Limited(PageSet room) {
      this.room = room;
    }

    @Override
    public Set<Mode> modes() {
      return Set.of(Mode.ASYNCHRONOUS_WRITE_PROTECT);
    }

    @Override
    public Descriptor open(Mode mode) {
      return this;
    }

    @Override
    public void register(PageSet ranges) throws FacilityException {
      tries++;
      if (!room.containsAll(ranges)) {
        throw new FacilityException(
            "UFFDIO_REGISTER %s: Cannot allocate memory (errno 12)".formatted(ranges));
      }
    }

    @Override
    public void unregister(PageSet ranges) {}

    @Override
    public void writeProtect(PageSet ranges) {}

    @Override
    public PageSet drain() {
      return written;
    }

    @Override
    public Optional<String> lost() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
