package dev.ooh.linux.userfault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class LinuxUserfaultfdTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("test"));
  private final Region region = space.map(RegionRequest.anonymous("r", 256 * PAGE));

  @AfterEach
  void close() {
    space.close();
  }

  private Descriptor open(Mode mode) throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    assumeTrue(
        facility.modes().contains(mode),
        () -> mode + " needs CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd");
    return facility.open(mode);
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"SYNCHRONOUS_WRITE_PROTECT", "ASYNCHRONOUS_WRITE_PROTECT"})
  void drainsThePagesWrittenSinceTheyWereProtected(Mode mode) throws Exception {
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    try (Descriptor descriptor = open(mode)) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
      space.memory().putLong(region.start() + 3 * PAGE, 1);
      space.memory().putLong(region.start() + 3 * PAGE + 8, 1);
      space.memory().putLong(region.start() + 200 * PAGE, 1);
      PageSet written =
          PageSet.builder()
              .addPage(region.start() + 3 * PAGE)
              .addPage(region.start() + 200 * PAGE)
              .build();
      assertThat(descriptor.drain()).isEqualTo(written);
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
      descriptor.writeProtect(written);
      space.memory().putLong(region.start() + 3 * PAGE, 2);
      assertThat(descriptor.drain().pageCount()).isEqualTo(1);
      assertThat(descriptor.lost()).isEmpty();
    }
    assertThat(space.memory().getLong(region.start() + 3 * PAGE)).isEqualTo(2);
  }

  /** More runs than one request to a monitor has. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"SYNCHRONOUS_WRITE_PROTECT", "ASYNCHRONOUS_WRITE_PROTECT"})
  void pagesHereAndThereAreProtected(Mode mode) throws Exception {
    int runs = 20_000;
    Region wide = space.map(RegionRequest.anonymous("wide", 2L * runs * PAGE));
    PageSet.Builder odd = PageSet.builder();
    for (int run = 0; run < runs; run++) {
      odd.addPage(wide.start() + (2L * run + 1) * PAGE);
    }
    PageSet wanted = odd.build();
    try (Descriptor descriptor = open(mode)) {
      descriptor.register(wide.pages());
      descriptor.writeProtect(wanted);
      PageSet.Builder written = PageSet.builder();
      for (int page = 1; page < 2 * runs; page += 1998) {
        space.memory().putLong(wide.start() + (long) page * PAGE, 1);
        written.addPage(wide.start() + (long) page * PAGE);
      }
      assertThat(descriptor.drain().intersect(wanted)).isEqualTo(written.build());
    }
  }

  @Test
  void missingModeSeesTheFirstTouchOnly() throws Exception {
    try (Descriptor descriptor = open(Mode.MISSING)) {
      descriptor.register(region.pages());
      assertThat(space.memory().getLong(region.start() + 7 * PAGE)).isZero();
      space.memory().putLong(region.start() + 8 * PAGE, 1);
      space.memory().putLong(region.start() + 8 * PAGE, 2);
      assertThat(descriptor.drain())
          .isEqualTo(PageSet.of(region.start() + 7 * PAGE, region.start() + 9 * PAGE));
    }
  }

  @Test
  void collectionsOfThisJvmDoNotDeadlockWithFaults() throws Exception {
    try (Descriptor descriptor = open(Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(region.pages());
      AtomicBoolean stop = new AtomicBoolean();
      Thread collections =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stop.get()) {
                      System.gc();
                    }
                  });
      for (int round = 0; round < 8; round++) {
        descriptor.writeProtect(region.pages());
        space.memory().fill(region.start(), region.bytes(), (byte) round);
        assertThat(descriptor.drain()).isEqualTo(region.pages());
      }
      stop.set(true);
      collections.join();
    }
  }

  @Test
  void theMonitorsDeathIsToldAndTrackingGoesOn() throws Exception {
    try (Descriptor descriptor = open(Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      ProcessHandle.current()
          .children()
          .filter(child -> child.info().command().orElse("").endsWith("java"))
          .forEach(
              child -> {
                child.destroyForcibly();
                child.onExit().join();
              });
      space.memory().putLong(region.start(), 1);
      descriptor.drain();
      assertThat(descriptor.lost()).hasValueSatisfying(why -> assertThat(why).contains("died"));
      descriptor.writeProtect(region.pages());
      space.memory().putLong(region.start() + PAGE, 1);
      assertThat(descriptor.drain())
          .isEqualTo(PageSet.of(region.start() + PAGE, region.start() + 2 * PAGE));
      assertThat(descriptor.lost()).isEmpty();
    }
  }
}
