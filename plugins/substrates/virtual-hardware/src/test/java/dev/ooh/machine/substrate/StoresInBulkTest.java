package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.LiveMigration;
import dev.ooh.tracking.facility.LiveMigration.Migration;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stores by {@link Memory#putLongs} count the same events as single ones, and leave the same
 * memory, whoever watches.
 */
class StoresInBulkTest {
  private static final int SEEDS = 3;
  private static final int SOAK_SEEDS = 100;
  private static final int INTERVALS = 6;
  private static final int PAGES = 700;
  private static final long PAGE = PageSet.PAGE_SIZE;

  enum Watcher {
    NOBODY,
    SOFT_DIRTY,
    USERFAULTFD,
    MIGRATION
  }

  /** Stores a value to some words, at equal distances. */
  private interface Stores {
    void store(Memory memory, long address, long stride, int count, long value);
  }

  @ParameterizedTest
  @EnumSource
  void countWhatSingleOnesDo(Watcher watcher) throws Exception {
    compare(watcher, SEEDS);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void countWhatSingleOnesDoForManySeeds(Watcher watcher) throws Exception {
    compare(watcher, SOAK_SEEDS);
  }

  private static void compare(Watcher watcher, int seeds) throws Exception {
    for (int seed = 0; seed < seeds; seed++) {
      assertThat(run(watcher, seed, Memory::putLongs))
          .as("seed " + seed)
          .isEqualTo(run(watcher, seed, StoresInBulkTest::oneByOne));
    }
  }

  private static void oneByOne(Memory memory, long address, long stride, int count, long value) {
    for (int i = 0; i < count; i++) {
      memory.putLong(address + i * stride, value);
    }
  }

  private static List<Object> run(Watcher watcher, int seed, Stores stores) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    SpaceOptions options =
        SpaceOptions.named("bulk")
            .with("memory", "268435456")
            .with("quantum", "" + random.nextInt(1, 300));
    try (AddressSpace space = new VirtualSubstrate().open(options);
        Watch watch = new Watch(space, watcher)) {
      RegionRequest request = RegionRequest.anonymous("array", PAGES * PAGE);
      Region array = space.map(random.nextInt(3) == 0 ? request.withHugePages() : request);
      SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
      List<Object> seen = new ArrayList<>();
      for (int interval = 0; interval < INTERVALS; interval++) {
        int value = interval + 1;
        space
            .execution()
            .run(
                () -> {
                  store(space, array, random, stores, value);
                  return 0;
                });
        seen.add(costs.events().counts());
        seen.add(watch.found(array));
        seen.add(costs.events().counts());
      }
      seen.add(space.execution().run(() -> contents(space.memory(), array)));
      return seen;
    }
  }

  private static void store(
      AddressSpace space, Region array, SplittableRandom random, Stores stores, long value) {
    for (long page = random.nextInt(40); page < PAGES; page += random.nextInt(40)) {
      // Across pages' ends, too.
      long address = array.start() + page * PAGE + random.nextInt((int) PAGE);
      long stride = random.nextInt(4) == 0 ? random.nextInt(1, 600) : PAGE + 64;
      int most = (int) Math.min(100, (array.end() - Long.BYTES - address) / stride + 1);
      int count = most < 1 ? 0 : random.nextInt(most) + 1;
      stores.store(space.memory(), address, stride, count, value);
      page += count * stride / PAGE;
    }
  }

  private static long contents(Memory memory, Region array) {
    long digest = 0;
    byte[] page = new byte[PageSet.PAGE_SIZE];
    for (long at = array.start(); at < array.end(); at += PAGE) {
      memory.read(at, page, 0, page.length);
      digest = digest * 31 + Arrays.hashCode(page);
    }
    return digest;
  }

  /** Who watches stores, and what it finds. */
  private static final class Watch implements AutoCloseable {
    private final AddressSpace space;
    private final Watcher watcher;
    private Descriptor descriptor;
    private Migration migration;

    Watch(AddressSpace space, Watcher watcher) {
      this.space = space;
      this.watcher = watcher;
    }

    Object found(Region array) throws Exception {
      return switch (watcher) {
        case NOBODY -> "nothing";
        case SOFT_DIRTY -> {
          SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
          PageSet dirty = pagemap.readSoftDirty(array.pages());
          pagemap.clearSoftDirty();
          yield dirty;
        }
        case USERFAULTFD -> {
          if (descriptor == null) {
            descriptor =
                space
                    .facility(Userfaultfd.class)
                    .orElseThrow()
                    .open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT);
            descriptor.register(array.pages());
          }
          PageSet faulted = descriptor.drain();
          descriptor.writeProtect(array.pages());
          yield faulted;
        }
        case MIGRATION -> {
          if (migration == null) {
            migration = space.facility(LiveMigration.class).orElseThrow().start();
          }
          yield migration.round();
        }
      };
    }

    @Override
    public void close() {
      if (descriptor != null) {
        descriptor.close();
      }
      if (migration != null) {
        migration.close();
      }
    }
  }
}
