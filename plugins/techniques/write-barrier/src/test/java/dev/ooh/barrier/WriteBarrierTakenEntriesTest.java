package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.core.TrackingCore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever takes or replaces a page's entry takes nothing from its card: the column of write
 * barriers in docs/real-memory.md, with a row for each case.
 */
class WriteBarrierTakenEntriesTest {
  private static final int PAGES = 1024;
  private static final int READ_WRITE = MappingFlags.PROT_READ | MappingFlags.PROT_WRITE;

  /** What takes it. */
  private enum Taker {
    SPLIT(Kind.ANONYMOUS, 20), // MADV_COLD, on a part of a huge page
    PAGE_OUT(Kind.ANONYMOUS, 21), // MADV_PAGEOUT
    FREE(Kind.ANONYMOUS, 8), // MADV_FREE
    DISCARD(Kind.ANONYMOUS, MappingFlags.MADV_DONTNEED),
    DISCARD_OF_SHARED(Kind.MEMFD, MappingFlags.MADV_DONTNEED),
    REMOVE(Kind.MEMFD, MappingFlags.MADV_REMOVE),
    COLLAPSE(Kind.ANONYMOUS, 25), // MADV_COLLAPSE
    MERGE(Kind.ANONYMOUS, 12), // MADV_MERGEABLE
    REPLACE(Kind.ANONYMOUS, 0) {
      @Override
      void take(LinuxCalls calls, Region region) throws CallException {
        int flags = MappingFlags.MAP_PRIVATE | MappingFlags.MAP_ANONYMOUS | MappingFlags.MAP_FIXED;
        calls.mmap(region.start(), region.bytes(), READ_WRITE, flags, -1, 0);
      }
    },
    UNMAP_AND_MAP(Kind.ANONYMOUS, 0) {
      @Override
      void take(LinuxCalls calls, Region region) throws CallException {
        calls.munmap(region.start(), region.bytes());
        REPLACE.take(calls, region);
      }
    };

    private final Kind kind;
    private final int advice;

    Taker(Kind kind, int advice) {
      this.kind = kind;
      this.advice = advice;
    }

    void take(LinuxCalls calls, Region region) throws CallException {
      long start = this == SPLIT ? page(region, 100) : region.start();
      long bytes = this == SPLIT ? PageSet.PAGE_SIZE : region.bytes();
      try {
        calls.madvise(start, bytes, advice);
      } catch (CallException e) {
        // Some kernels have no memory to collapse into, or merge nothing.
        assumeTrue(this != COLLAPSE && this != MERGE, e.getMessage());
        throw e;
      }
    }
  }

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  private static long page(Region region, int number) {
    return region.start() + (long) number * PageSet.PAGE_SIZE;
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenIsReported(Taker taker) throws Exception {
    try (TrackingCore core = TrackingCore.create(List.of(new WriteBarrierTechnique()));
        AddressSpace space = WeavingLoader.linux().open(SpaceOptions.named("entries"));
        LinuxCalls calls = new LinuxCalls()) {
      Region region =
          space.map(
              new RegionRequest(
                  "taken",
                  (long) PAGES * PageSet.PAGE_SIZE,
                  Optional.empty(),
                  taker.kind,
                  Optional.empty(),
                  taker == Taker.SPLIT));
      core.use(space, "write-barrier");
      TrackingConsumer consumer = space.consumer("one");
      for (int page = 0; page < PAGES; page++) {
        space.memory().putLong(page(region, page), 1);
      }
      fetch(core, space, consumer, region);
      assertThat(fetch(core, space, consumer, region)).isEqualTo(PageSet.empty());

      space.memory().putLong(page(region, 5), 0);
      taker.take(calls, region);
      PageSet written = PageSet.builder().addPage(page(region, 5)).build();
      assertThat(fetch(core, space, consumer, region)).isEqualTo(written);

      space.memory().putLong(page(region, 300), 2);
      PageSet later = PageSet.builder().addPage(page(region, 300)).build();
      assertThat(fetch(core, space, consumer, region)).isEqualTo(later);
    }
  }

  private static PageSet fetch(
      TrackingCore core, AddressSpace space, TrackingConsumer consumer, Region region) {
    try (Interval interval = core.fetch(space, consumer, region.pages(), region.pages())) {
      interval.commit();
      return interval.pages();
    }
  }
}
