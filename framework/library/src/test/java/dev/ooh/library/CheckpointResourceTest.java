package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.crac.CheckpointException;
import org.crac.Context;
import org.crac.Resource;
import org.crac.RestoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint as org.crac announces it, without a JVM that makes one. */
@Timeout(300)
class CheckpointResourceTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  /** Notifies in the order that org.crac asks for: backwards before, forwards after. */
  private static final class Announcer extends Context<Resource> {
    private final List<Resource> resources = new ArrayList<>();

    @Override
    public void register(Resource resource) {
      resources.add(resource);
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> context) throws CheckpointException {
      try {
        for (Resource resource : resources.reversed()) {
          resource.beforeCheckpoint(this);
        }
      } catch (Exception e) {
        throw new CheckpointException(e.toString());
      }
    }

    @Override
    public void afterRestore(Context<? extends Resource> context) throws RestoreException {
      try {
        for (Resource resource : resources) {
          resource.afterRestore(this);
        }
      } catch (Exception e) {
        throw new RestoreException(e.toString());
      }
    }
  }

  private static long openHere() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .map(
              descriptor -> {
                try {
                  return Files.readSymbolicLink(descriptor).toString();
                } catch (IOException e) {
                  return "";
                }
              })
          .filter(target -> target.matches(".*(userfaultfd|pagemap|ooh|socket:).*"))
          .count();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"procfs", "uffd"})
  void holdsNothingOverACheckpointAndReportsAllAfterARestore(String technique) throws Exception {
    Announcer announcer = new Announcer();
    long before = openHere();
    try (Arena arena = Arena.ofShared();
        Arena shortLived = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(16 * PAGE, PAGE);
      MemorySegment pinned = segment.asSlice(9 * PAGE, 100);
      try (PageTracker tracker = PageTracker.track(segment, shortLived.allocate(1 << 20, PAGE))) {
        CheckpointResource.register(tracker, announcer);
        tracker.use(technique);
        tracker.declareAlwaysDirty(pinned);
        tracker.changes().commit();
        Interval outstanding = tracker.changes();
        assertThat(openHere()).isGreaterThan(before);

        announcer.beforeCheckpoint(announcer);
        assertThat(openHere()).isEqualTo(before);
        assertThat(ProcessHandle.current().children()).isEmpty();
        segment.set(ValueLayout.JAVA_INT, 0, 1);
        CompletableFuture<Interval> waiting = CompletableFuture.supplyAsync(tracker::changes);
        announcer.afterRestore(announcer);

        try (Interval first = waiting.join()) {
          assertThat(first.pages().containsAll(all(segment))).isTrue();
          first.commit();
        }
        outstanding.close();
        assertThat(tracker.technique()).contains(technique);
        segment.set(ValueLayout.JAVA_INT, 3 * PAGE, 1);
        assertThat(tracker.changes().pages()).isEqualTo(page(segment, 3).union(page(segment, 9)));
      }
    }
  }

  @Test
  void forgetsAnArenaThatWasClosedMeanwhile() throws Exception {
    Announcer announcer = new Announcer();
    try (Arena arena = Arena.ofShared()) {
      Arena shortLived = Arena.ofShared();
      MemorySegment stays = arena.allocate(4 * PAGE, PAGE);
      MemorySegment goes = shortLived.allocate(1 << 20, PAGE);
      try (PageTracker tracker = PageTracker.track(stays, goes)) {
        CheckpointResource.register(tracker, announcer);
        announcer.beforeCheckpoint(announcer);
        shortLived.close();
        announcer.afterRestore(announcer);
        assertThat(tracker.changes().pages()).isEqualTo(all(stays));
      }
    }
  }

  @Test
  void whatCannotBeTrackedAgainIsToldAndAllElseIs() throws Exception {
    Announcer announcer = new Announcer();
    try (Arena arena = Arena.ofShared()) {
      Arena shortLived = Arena.ofShared();
      MemorySegment first = arena.allocate(4 * PAGE, PAGE);
      MemorySegment gone = mapped(2 * PAGE, shortLived);
      MemorySegment goneToo = mapped(2 * PAGE, shortLived);
      MemorySegment last = arena.allocate(4 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(first, gone, goneToo, last)) {
        CheckpointResource.register(tracker, announcer);
        tracker.use("procfs");
        tracker.declareAlwaysDirty(last.asSlice(PAGE, 1));
        announcer.beforeCheckpoint(announcer);
        shortLived.close();
        assertThatThrownBy(tracker::resume)
            .isInstanceOf(TrackingException.class)
            .hasMessageContaining("0x%x".formatted(gone.address()))
            .satisfies(
                e ->
                    assertThat(e.getSuppressed())
                        .singleElement()
                        .asString()
                        .contains("0x%x".formatted(goneToo.address())));

        try (Interval all = tracker.changes()) {
          assertThat(all.pages()).isEqualTo(all(first).union(all(last)));
          all.commit();
        }
        assertThat(tracker.technique()).contains("procfs");
        last.set(ValueLayout.JAVA_INT, 3 * PAGE, 1);
        assertThat(tracker.changes().pages()).isEqualTo(page(last, 3).union(page(last, 1)));
        announcer.beforeCheckpoint(announcer);
        announcer.afterRestore(announcer); // nothing is left to be told
      }
    }
  }

  /** Whoever waits, or asks later, would wait for ever. */
  @Test
  void aTrackerThatCannotBeOpenedAgainIsClosedAndSaysWhy() throws Exception {
    Announcer announcer = new Announcer();
    try (Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track(arena.allocate(PAGE, PAGE))) {
      CheckpointResource.register(tracker, announcer);
      announcer.beforeCheckpoint(announcer);
      try (AddressLimit limit = AddressLimit.twoGibibytesMore()) {
        assertThatThrownBy(tracker::resume)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("open address space");
      }
      assertThatThrownBy(tracker::changes)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed")
          .cause()
          .hasMessageContaining("open address space");
      announcer.afterRestore(announcer); // stays closed
    }
  }

  /** Mapped until the arena closes, which the segment doesn't know. */
  private static MemorySegment mapped(long bytes, Arena arena) {
    MemorySegment mapped = AnonymousMemory.map(bytes, 0, false, arena);
    return MemorySegment.ofAddress(mapped.address()).reinterpret(bytes);
  }

  @Test
  void aTrackerThatWasClosedStaysClosed() throws Exception {
    Announcer announcer = new Announcer();
    try (Arena arena = Arena.ofShared()) {
      PageTracker tracker = PageTracker.track(arena.allocate(PAGE, PAGE));
      CheckpointResource.register(tracker, announcer);
      tracker.close();
      announcer.beforeCheckpoint(announcer);
      announcer.afterRestore(announcer);
      assertThatThrownBy(tracker::changes)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  private static PageSet all(MemorySegment segment) {
    return PageSet.of(segment.address(), segment.address() + segment.byteSize());
  }

  private static PageSet page(MemorySegment segment, long index) {
    return PageSet.builder().addPage(segment.address() + index * PAGE).build();
  }
}
