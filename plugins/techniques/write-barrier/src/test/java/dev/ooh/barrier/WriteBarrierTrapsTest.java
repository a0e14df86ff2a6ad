package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.ProcessFence;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Situations in which a naive implementation loses a page. */
@Timeout(300)
class WriteBarrierTrapsTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private final WriteBarrierTechnique technique = new WriteBarrierTechnique();
  private final Substrate linux = WeavingLoader.linux();
  private AddressSpace space;

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @BeforeEach
  void open() {
    space = linux.open(SpaceOptions.named("traps"));
  }

  @AfterEach
  void close() {
    space.close();
  }

  /** A load of the card that is moved out of a hot loop would see it marked for ever. */
  @Test
  void aHotLoopOnOneAddressIsSeenAgainAndAgain() throws Exception {
    PageSet all = map(1);
    long address = all.runStart(0);
    Memory memory = space.memory();
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer = new Thread(() -> storeUntil(stop, memory, address));
    writer.start();
    try (TrackingSession session = technique.open(space)) {
      for (int fetch = 0; fetch < 2000; fetch++) {
        session.fetch(all, all);
        long seen = memory.getLong(address);
        // A store after the fetch, and the one before it has marked its card by then.
        while (memory.getLong(address) - seen < 2) {
          Thread.onSpinWait();
        }
        assertThat(session.fetch(all, all).pages()).as("fetch " + fetch).isEqualTo(all);
      }
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  private static void storeUntil(AtomicBoolean stop, Memory memory, long address) {
    long stamp = 0;
    while (!stop.getPlain()) {
      for (int i = 0; i < 100_000; i++) {
        memory.putLong(address, ++stamp);
      }
    }
  }

  /** The second store of two may be on its way while its barrier reads an old card. */
  @Test
  void noStoreIsLostBetweenCleaningAndCopying() throws Exception {
    ProcessFence safepoint = new SafepointFence();
    ProcessFence kernel = space.facility(ProcessFence.class).orElse(safepoint);
    assertThat(lostWith(kernel)).isZero();
    assertThat(lostWith(safepoint)).isZero();
  }

  private long lostWith(ProcessFence fence) throws Exception {
    PageSet all = map(256);
    Memory memory = space.memory();
    long lost = 0;
    try (TrackingSession session =
        new WriteBarrierSession(StoreLinks.shared(), 4096, fence, PageSet::empty)) {
      Map<Long, Long> copies = new HashMap<>();
      copy(session, all, copies);
      for (int round = 1; round <= 200; round++) {
        long stamp = 2L * round;
        Thread writer =
            new Thread(
                () ->
                    all.forEachPage(
                        page -> {
                          memory.putLong(page, stamp);
                          memory.putLong(page, stamp + 1);
                        }));
        writer.start();
        while (writer.isAlive()) {
          copy(session, all, copies);
        }
        writer.join();
        copy(session, all, copies);
        long[] wrong = {0};
        all.forEachPage(page -> wrong[0] += copies.get(page) == memory.getLong(page) ? 0 : 1);
        lost += wrong[0];
      }
    }
    return lost;
  }

  private void copy(TrackingSession session, PageSet all, Map<Long, Long> copies)
      throws TrackingException {
    PageSet changed = copies.isEmpty() ? all : PageSet.empty();
    changed = changed.union(session.fetch(all, all).pages());
    changed.forEachPage(page -> copies.put(page, space.memory().getLong(page)));
  }

  @Test
  void theVirtualMachineIsRefused() {
    try (AddressSpace machine = new VirtualSubstrate().open(SpaceOptions.named("machine"))) {
      Probe probe = technique.probe(machine);
      assertThat(probe.usable()).isFalse();
      assertThat(probe.reason()).contains("simulated CPU");
      assertThat(probe.remedy()).isEqualTo("use the substrate linux");
    }
  }

  @Test
  void unwovenMemoryIsRefusedWithARemedy() {
    try (AddressSpace unwoven = new LinuxSubstrate().open(SpaceOptions.named("unwoven"))) {
      Probe probe = technique.probe(unwoven);
      assertThat(probe.usable()).isFalse();
      assertThat(probe.reason()).contains("LinuxMemory");
      assertThat(probe.remedy()).contains("-javaagent:write-barrier.jar");
    }
  }

  @Test
  void anAdoptedSegmentIsRefusedWhileNoClassWasChosenForIt() throws Exception {
    SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();
    try (Arena arena = Arena.ofShared();
        TrackingSession session =
            new WriteBarrierSession(
                new StoreLinks(), 4096, new SafepointFence(), adoption::adopted)) {
      PageSet pages = adoption.adopt("mine", arena.allocate(4096, 4096)).pages();
      assertThatThrownBy(() -> session.fetch(pages, pages))
          .isInstanceOf(TrackingException.class)
          .hasMessageContaining("adopted segment");
    }
  }

  @Test
  void aSecondSessionOnAPageIsRefused() throws Exception {
    PageSet all = map(4);
    try (TrackingSession first = technique.open(space);
        TrackingSession second = technique.open(space)) {
      first.fetch(all, all);
      assertThatThrownBy(() -> second.fetch(all, all)).isInstanceOf(TrackingException.class);
      space.memory().putLong(all.runStart(0), 1);
      assertThat(first.fetch(all, all).pages().pageCount()).isEqualTo(1);
    }
  }

  @Test
  void aWrongCardSizeIsRefused() {
    for (String size : new String[] {"32", "100", "8192", "many"}) {
      try (AddressSpace other =
          linux.open(SpaceOptions.named("other").with("write-barrier.card", size))) {
        assertThatThrownBy(() -> technique.open(other))
            .isInstanceOf(TrackingException.class)
            .hasMessageContaining(size);
      }
    }
  }

  @Test
  void cardsAreReportedAndNotPages() throws Exception {
    try (AddressSpace fine =
        linux.open(SpaceOptions.named("fine").with("write-barrier.card", "64"))) {
      PageSet all = fine.map(RegionRequest.anonymous("region", 4 * PAGE)).pages();
      try (TrackingSession session = technique.open(fine)) {
        session.fetch(all, all);
        long address = all.runStart(0) + PAGE + 60;
        fine.memory().putLong(address, 1);
        fine.memory().fill(all.runStart(0) + 3 * PAGE, 128, (byte) 1);
        PageSet.Builder expected = PageSet.builder();
        expected.add(address - 60, address + 68);
        expected.add(all.runStart(0) + 3 * PAGE, all.runStart(0) + 3 * PAGE + 128);
        assertThat(session.fetch(all, all).pages()).isEqualTo(expected.build());
      }
    }
  }

  private PageSet map(int pages) {
    return space.map(RegionRequest.anonymous("region", pages * PAGE)).pages();
  }
}
