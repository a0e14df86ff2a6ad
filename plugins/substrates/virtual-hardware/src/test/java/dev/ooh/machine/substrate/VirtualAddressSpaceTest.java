package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.AddressSpaceContract;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import dev.ooh.tracking.facility.ProcessFates;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VirtualAddressSpaceTest extends AddressSpaceContract {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private AddressSpace space;
  private Memory memory;

  @Override
  protected AddressSpace openSpace() {
    return new VirtualSubstrate().open(SpaceOptions.named("test").with("memory", "268435456"));
  }

  @BeforeEach
  void openFirst() {
    space = openSpace();
    memory = space.memory();
  }

  @AfterEach
  void closeFirst() {
    space.close();
  }

  private Region map(long pages) {
    return space.map(RegionRequest.anonymous("heap", pages * PAGE));
  }

  private void inside(Runnable body) {
    inside(space, body);
  }

  private static void inside(AddressSpace in, Runnable body) {
    try {
      in.execution()
          .run(
              () -> {
                body.run();
                return 0;
              });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static PageSet page(Region region, long page) {
    return PageSet.of(region.start() + page * PAGE, region.start() + (page + 1) * PAGE);
  }

  @Test
  void keepsWhatIsStored() {
    Region region = map(1000);
    long seed = 7;
    inside(
        () -> {
          SplittableRandom random = new SplittableRandom(seed);
          for (int i = 0; i < 5000; i++) {
            memory.putLong(region.start() + random.nextLong(region.bytes() - 8), i);
            long at = region.start() + random.nextLong(region.bytes() - 8);
            memory.putLong(at, i * 31L);
            assertThat(memory.getLong(at)).isEqualTo(i * 31L);
            memory.putInt(at, -i);
            assertThat(memory.getInt(at)).isEqualTo(-i);
            memory.putByte(at, (byte) i);
            assertThat(memory.getByte(at)).isEqualTo((byte) i);
          }
        });
  }

  @Test
  void copiesOverlappingRangesAcrossPages() {
    Region region = map(20);
    byte[] pattern = new byte[(int) (10 * PAGE + 77)];
    new java.util.Random(3).nextBytes(pattern);
    inside(
        () -> {
          for (long shift : new long[] {-5000, -1, 1, 13, 4096, 9000}) {
            long from = region.start() + 3 * PAGE + 5;
            memory.write(from, pattern, 0, pattern.length);
            memory.copy(from, from + shift, pattern.length);
            byte[] copied = new byte[pattern.length];
            memory.read(from + shift, copied, 0, copied.length);
            assertThat(copied).as("shift %d", shift).isEqualTo(pattern);
          }
          memory.fill(region.start() + 100, 3 * PAGE, (byte) 9);
          assertThat(memory.getByte(region.start() + 99 + 3 * PAGE)).isEqualTo((byte) 9);
        });
  }

  @Test
  void refusesAccessOutsideOfRegionsAndOfTheCpu() {
    Region region = map(4);
    inside(
        () -> {
          assertThatThrownBy(() -> memory.getLong(region.end()))
              .isInstanceOf(MemoryAccessException.class)
              .hasMessageContaining(Long.toHexString(region.end()));
          assertThatThrownBy(() -> memory.putInt(region.end() - 2, 1))
              .isInstanceOf(MemoryAccessException.class);
          assertThatThrownBy(() -> memory.putLong(-8, 1)).isInstanceOf(RuntimeException.class);
        });
    assertThatThrownBy(() -> memory.putLong(region.start(), 1))
        .isInstanceOf(MemoryAccessException.class)
        .hasMessageContaining("ExecutionContext.run");
  }

  @Test
  void throwsAfterUnmapAndAfterClose() {
    Region region = map(4);
    inside(() -> memory.putLong(region.start(), 1));
    space.unmap(region);
    inside(
        () ->
            assertThatThrownBy(() -> memory.getLong(region.start()))
                .isInstanceOf(MemoryAccessException.class));
    Region second = map(4);
    inside(() -> memory.putLong(second.start(), 1));
    space.close();
    assertThatThrownBy(() -> memory.getLong(second.start()))
        .isInstanceOf(MemoryAccessException.class)
        .hasMessageContaining("closed");
    assertThat(space.regions()).isEmpty();
  }

  @Test
  void remappedMemoryIsZero() {
    Region region = map(16);
    inside(() -> memory.fill(region.start(), region.bytes(), (byte) 1));
    space.unmap(region);
    Region again = space.map(RegionRequest.anonymous("again", 16 * PAGE).at(region.start()));
    inside(() -> assertThat(memory.getLong(again.start() + 5 * PAGE)).isZero());
    space.discard(page(again, 1));
    inside(() -> assertThat(memory.getLong(again.start() + PAGE)).isZero());
  }

  @Test
  void aFileThatCannotBeWrittenBackIsUnmappedAllTheSame(@TempDir Path folder) throws IOException {
    Region kept = map(1);
    List<PageSet> gone = new ArrayList<>();
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void unmapped(AddressSpace from, PageSet pages) {
            gone.add(pages);
          }
        });
    Region region = mapAndLose(folder.resolve("unmapped"));
    assertThatThrownBy(() -> space.unmap(region)).isInstanceOf(UncheckedIOException.class);
    assertThat(space.regions()).containsExactly(kept);
    assertThat(gone).containsExactly(region.pages());
    assertThat(space.map(RegionRequest.anonymous("again", PAGE).at(region.start())).start())
        .isEqualTo(region.start());
    // Another program's start unmaps everything.
    mapAndLose(folder.resolve("replaced"));
    PageSet all = PageSet.empty();
    for (Region each : space.regions()) {
      all = all.union(each.pages());
    }
    ProcessFates fates = space.facility(ProcessFates.class).orElseThrow();
    assertThatThrownBy(fates::execTracked).isInstanceOf(UncheckedIOException.class);
    assertThat(space.regions()).isEmpty();
    assertThat(gone).containsExactly(region.pages(), all);
  }

  @Test
  void aDiscardThatFailsHalfwayIsTold(@TempDir Path folder) throws IOException {
    Region dropped = map(1);
    inside(() -> memory.putLong(dropped.start(), 1));
    Region file = space.map(file(folder, 1));
    Files.delete(folder.resolve("f"));
    PageSet both = dropped.pages().union(file.pages());
    List<PageSet> told = new ArrayList<>();
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void changed(AddressSpace of, PageSet pages) {
            told.add(pages);
          }
        });
    assertThatThrownBy(() -> space.discard(both)).isInstanceOf(UncheckedIOException.class);
    inside(() -> assertThat(memory.getLong(dropped.start())).isZero());
    assertThat(told).containsExactly(both);
  }

  /** Maps a file of one page, writes to it, and deletes it. */
  private Region mapAndLose(Path file) throws IOException {
    Files.write(file, new byte[(int) PAGE]);
    RegionRequest request =
        new RegionRequest(
            "file", PAGE, Optional.empty(), RegionRequest.Kind.FILE, Optional.of(file), false);
    Region region = space.map(request);
    inside(() -> memory.putLong(region.start(), 1));
    Files.delete(file);
    return region;
  }

  @Test
  void theClockGoesOnAndNeverBackWhenTheTrackedSizeChanges() {
    SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
    List<Region> mapped = new ArrayList<>();
    List<Runnable> changes =
        List.of(
            () -> mapped.add(map(1)),
            () -> mapped.add(map(100_000)),
            () -> space.unmap(mapped.removeLast()),
            () -> costs.trackedBytes(1L << 30),
            () -> costs.trackedBytes(1L << 20),
            () -> costs.trackedBytes(10L << 20));
    long before = space.execution().nanoTime();
    for (int change = 0; change < changes.size(); change++) {
      costs.count("M5", 1_000_000); // by a price per page, which depends on the tracked size
      long counted = space.execution().nanoTime();
      assertThat(counted).as("before change %d", change).isGreaterThan(before);
      changes.get(change).run();
      before = space.execution().nanoTime();
      assertThat(before).as("after change %d", change).isGreaterThanOrEqualTo(counted);
    }
  }

  @Test
  void softDirtyReportsFreshMappingsAndThenWhatIsWritten() throws Exception {
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    Region region = map(100);
    inside(() -> memory.fill(region.start(), 50 * PAGE, (byte) 1));
    assertThat(pagemap.readSoftDirty(region.pages())).isEqualTo(region.pages());
    pagemap.clearSoftDirty();
    assertThat(pagemap.readSoftDirty(region.pages())).isEqualTo(PageSet.empty());
    inside(
        () -> {
          memory.putLong(region.start() + 7 * PAGE, 1);
          memory.putLong(region.start() + 70 * PAGE, 1);
          memory.getLong(region.start() + 9 * PAGE);
        });
    assertThat(pagemap.readSoftDirty(region.pages()))
        .isEqualTo(page(region, 7).union(page(region, 70)));
    // Cleared or not, a page written again shows again.
    pagemap.clearSoftDirty();
    inside(() -> memory.putLong(region.start() + 7 * PAGE, 2));
    assertThat(pagemap.readSoftDirty(region.pages())).isEqualTo(page(region, 7));
  }

  @Test
  void softDirtyTellsHowOftenTheBitsWereClearedAndOfWhichProcess() throws Exception {
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    pagemap.clearSoftDirty();
    long before = pagemap.clears();
    pagemap.readSoftDirty(map(2).pages());
    assertThat(pagemap.clears()).isEqualTo(before);
    try (AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      child.facility(SoftDirtyPagemap.class).orElseThrow().clearSoftDirty();
    }
    assertThat(pagemap.clears()).isEqualTo(before);
    pagemap.clearSoftDirty();
    assertThat(pagemap.clears()).isEqualTo(before + 1);
  }

  @Test
  void softDirtyCountsByThePaperRules() throws Exception {
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
    Region region = map(64);
    inside(() -> memory.fill(region.start(), region.bytes(), (byte) 1));
    pagemap.clearSoftDirty();
    var before = costs.events();
    inside(() -> memory.fill(region.start(), 10 * PAGE, (byte) 2));
    pagemap.readSoftDirty(region.pages());
    pagemap.clearSoftDirty();
    var counted = costs.events().minus(before);
    assertThat(counted.get("M5")).isEqualTo(10);
    assertThat(counted.get("M15")).isEqualTo(64);
    assertThat(counted.get("M16")).isEqualTo(64);
    assertThat(counted.get("M1")).isEqualTo(2);
    assertThat(counted.get("M6")).isZero();
  }

  @Test
  void userfaultfdRecordsWritesToProtectedPagesPopulatedOrNot() throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
    Region region = map(64);
    inside(() -> memory.fill(region.start(), 32 * PAGE, (byte) 1));
    try (var descriptor = facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      var before = costs.events();
      inside(
          () -> {
            memory.putLong(region.start() + 3 * PAGE, 1);
            memory.putLong(region.start() + 3 * PAGE + 8, 1);
            memory.putLong(region.start() + 40 * PAGE, 1);
            memory.getLong(region.start() + 41 * PAGE);
          });
      assertThat(descriptor.drain()).isEqualTo(page(region, 3).union(page(region, 40)));
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
      var counted = costs.events().minus(before);
      assertThat(counted.get("M5")).isEqualTo(2);
      assertThat(counted.get("M6")).isEqualTo(2);
      descriptor.writeProtect(region.pages());
      inside(() -> memory.putLong(region.start() + 3 * PAGE, 2));
      assertThat(descriptor.drain()).isEqualTo(page(region, 3));
      assertThatThrownBy(
              () ->
                  facility
                      .open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT)
                      .register(region.pages()))
          .hasMessageContaining("EBUSY");
    }
    inside(() -> memory.putLong(region.start() + 5 * PAGE, 2));
  }

  @Test
  void userfaultfdMissingModeRecordsFirstTouches() throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    Region region = map(8);
    try (var descriptor = facility.open(Userfaultfd.Mode.MISSING)) {
      descriptor.register(region.pages());
      inside(() -> memory.getLong(region.start() + 2 * PAGE));
      assertThat(descriptor.drain()).isEqualTo(page(region, 2));
      inside(() -> memory.putLong(region.start() + 2 * PAGE, 1));
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
    }
  }

  @Test
  void aFirstTouchThroughAnAliasThatIsUnmappedIsRecorded(@TempDir Path folder) throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    RegionRequest request = file(folder, 3);
    for (Userfaultfd.Mode mode : facility.modes()) {
      Region watched = space.map(request);
      Region alias = space.map(request);
      try (var descriptor = facility.open(mode)) {
        descriptor.register(watched.pages());
        if (mode != Userfaultfd.Mode.MISSING) {
          descriptor.writeProtect(watched.pages());
        }
        inside(() -> memory.putByte(alias.start() + PAGE, (byte) 2));
        space.unmap(alias);
        assertThat(descriptor.drain().contains(watched.start() + PAGE)).as("%s", mode).isTrue();
      }
      space.unmap(watched);
    }
  }

  @Test
  void outsideWritesAreSeenByFaultingTechniques() throws Exception {
    OutsideWrites outside = space.facility(OutsideWrites.class).orElseThrow();
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    Region region = map(8);
    inside(() -> memory.fill(region.start(), region.bytes(), (byte) 1));
    pagemap.clearSoftDirty();
    outside.write(region.start() + 2 * PAGE - 1, new byte[] {5, 6}, 0, 2);
    assertThat(pagemap.readSoftDirty(region.pages()))
        .isEqualTo(page(region, 1).union(page(region, 2)));
    inside(
        () -> {
          assertThat(memory.getByte(region.start() + 2 * PAGE - 1)).isEqualTo((byte) 5);
          assertThat(memory.getByte(region.start() + 2 * PAGE)).isEqualTo((byte) 6);
        });
    assertThatThrownBy(() -> outside.write(region.end(), new byte[1], 0, 1))
        .hasMessageContaining("EFAULT");
  }

  @Test
  void forkedChildHasACopyOfItsOwn() throws Exception {
    Region region = map(64);
    inside(() -> memory.fill(region.start(), 32 * PAGE, (byte) 1));
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    pagemap.clearSoftDirty();
    try (AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      assertThat(child.regions()).isEqualTo(space.regions());
      inside(() -> memory.putLong(region.start() + PAGE, 42));
      assertThat(pagemap.readSoftDirty(region.pages())).isEqualTo(page(region, 1));
      inside(
          child,
          () -> {
            assertThat(child.memory().getLong(region.start() + PAGE))
                .isEqualTo(0x0101010101010101L);
            child.memory().putLong(region.start() + 2 * PAGE, 43);
            assertThat(child.memory().getLong(region.start() + 40 * PAGE)).isZero();
          });
      inside(
          () -> {
            assertThat(memory.getLong(region.start() + 2 * PAGE)).isEqualTo(0x0101010101010101L);
            assertThat(memory.getLong(region.start() + PAGE)).isEqualTo(42);
            inside(
                child,
                () -> assertThat(child.memory().getLong(region.start() + 2 * PAGE)).isEqualTo(43));
            assertThat(memory.getLong(region.start() + PAGE)).isEqualTo(42);
          });
    }
    inside(() -> memory.fill(region.start(), region.bytes(), (byte) 3));
  }

  /** Of a file of 10,000 bytes. */
  private static RegionRequest file(Path folder, int pages) throws IOException {
    Path file = Files.write(folder.resolve("f"), new byte[10_000]);
    return new RegionRequest(
        "file", pages * PAGE, Optional.empty(), RegionRequest.Kind.FILE, Optional.of(file), false);
  }

  @Test
  void fileMappedTwiceIsSharedAndWrittenBack(@TempDir Path folder) throws Exception {
    RegionRequest request = file(folder, 3);
    Path file = request.file().orElseThrow();
    Region one = space.map(request);
    Region two = space.map(request);
    SoftDirtyPagemap pagemap = space.facility(SoftDirtyPagemap.class).orElseThrow();
    inside(
        () -> {
          memory.putByte(one.start(), (byte) 1);
          assertThat(memory.getByte(two.start())).isEqualTo((byte) 1);
        });
    pagemap.clearSoftDirty();
    inside(() -> memory.putByte(one.start() + 1, (byte) 2));
    assertThat(pagemap.readSoftDirty(two.pages()).contains(two.start())).isTrue();
    space.unmap(one);
    space.unmap(two);
    assertThat(Files.readAllBytes(file)).hasSize(10_000).startsWith(1, 2, 0);
  }

  @Test
  void sameProgramTwiceCountsTheSame() throws Exception {
    assertThat(countsOf("sc22", 5)).isEqualTo(countsOf("zero", 5));
    assertThat(countsOf("zero", 5))
        .isEqualTo(countsOf("zero", 5))
        .isNotEqualTo(countsOf("zero", 6));
  }

  private static Object countsOf(String profile, long seed) throws Exception {
    try (AddressSpace fresh =
        new VirtualSubstrate()
            .open(
                SpaceOptions.named("twin")
                    .with("memory", "67108864")
                    .with("seed", "" + seed)
                    .with("quantum", "7")
                    .with("cost-profile", profile))) {
      Region region = fresh.map(RegionRequest.anonymous("heap", 512 * PAGE));
      StringBuilder order = new StringBuilder();
      ExecutionContext execution = fresh.execution();
      execution.run(
          () -> {
            List<ExecutionContext.TrackedThread> writers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
              int number = t;
              writers.add(
                  execution.spawn(
                      "writer" + t,
                      () -> {
                        for (int i = 0; i < 300; i++) {
                          long page = (i * 3 + number) % 512;
                          fresh.memory().putLong(region.start() + page * PAGE, i);
                          execution.poll();
                          order.append(number);
                        }
                      }));
            }
            for (var writer : writers) {
              writer.join();
            }
            return 0;
          });
      assertThat(order).hasSize(900).contains("01", "12", "20");
      return order + " " + fresh.facility(SimulatedCosts.class).orElseThrow().events();
    }
  }
}
