package dev.ooh.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A handler that died may have resolved faults without telling, so everything is protected anew.
 */
class UffdSessionLossTest {
  private static final PageSet ALL = PageSet.of(0x10_0000, 0x20_0000);
  private static final PageSet ASKED = PageSet.of(0x10_0000, 0x11_0000);

  @Test
  void afterALossEverythingArmedIsProtectedAgain() throws Exception {
    Told descriptor = new Told();
    try (AddressSpace space = new VirtualSubstrate().open(SpaceOptions.named("loss"));
        UffdSession session =
            new UffdSession(space, descriptor, Mode.SYNCHRONOUS_WRITE_PROTECT, false)) {
      session.fetch(ALL, ALL);
      descriptor.protectedPages = PageSet.empty();
      assertThat(session.fetch(ASKED, ASKED)).isEqualTo(Gathered.of(PageSet.empty()));
      assertThat(descriptor.protectedPages).isEqualTo(PageSet.empty());
      descriptor.loss = Optional.of("the handler died");
      assertThat(session.fetch(ASKED, ASKED))
          .isEqualTo(Gathered.lost(PageSet.empty(), "the handler died"));
      assertThat(descriptor.protectedPages).isEqualTo(ALL);
    }
  }

  @Test
  void aLossWhilePagesAreProtectedIsToldAtOnce() throws Exception {
    Told descriptor = new Told();
    try (AddressSpace space = new VirtualSubstrate().open(SpaceOptions.named("loss"));
        UffdSession session =
            new UffdSession(space, descriptor, Mode.SYNCHRONOUS_WRITE_PROTECT, false)) {
      session.fetch(ALL, ALL);
      PageSet fresh = PageSet.of(0x30_0000, 0x31_0000);
      descriptor.lossWhileProtecting = Optional.of("the handler died");
      assertThat(session.fetch(fresh, fresh))
          .isEqualTo(Gathered.lost(PageSet.empty(), "the handler died"));
      assertThat(descriptor.protectedPages).isEqualTo(ALL.union(fresh));
      assertThat(session.fetch(ALL, ALL)).isEqualTo(Gathered.of(PageSet.empty()));
    }
  }

  /** Does what it is told, and loses when it is told to. */
  private static final class Told implements Userfaultfd, Descriptor {
    Optional<String> lossWhileProtecting = Optional.empty();
    PageSet protectedPages = PageSet.empty();
    Optional<String> loss = Optional.empty();

    @Override
    public Set<Mode> modes() {
      return Set.of(Mode.SYNCHRONOUS_WRITE_PROTECT);
    }

    @Override
    public Descriptor open(Mode mode) {
      return this;
    }

    @Override
    public void register(PageSet ranges) {}

    @Override
    public void unregister(PageSet ranges) {}

    @Override
    public void writeProtect(PageSet ranges) {
      if (lossWhileProtecting.isPresent()) {
        loss = lossWhileProtecting;
        lossWhileProtecting = Optional.empty();
        protectedPages = PageSet.empty();
      }
      protectedPages = protectedPages.union(ranges);
    }

    @Override
    public PageSet drain() {
      return PageSet.empty();
    }

    @Override
    public Optional<String> lost() {
      Optional<String> told = loss;
      loss = Optional.empty();
      return told;
    }

    @Override
    public void close() {}
  }
}
