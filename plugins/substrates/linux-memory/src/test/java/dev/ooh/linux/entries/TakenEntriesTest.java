package dev.ooh.linux.entries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.entries.MappedMemory.Kind;
import dev.ooh.linux.entries.Watcher.Way;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.linux.traps.Native;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The entry of an armed page is taken or replaced, with the mark in it: what was written before is
 * reported all the same, and so is every page whose contents differ from those at the last fetch.
 * The tables in docs/real-memory.md have a row for each case.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class TakenEntriesTest {
  private static final int LATER = 300;

  /** A page of these may become the kernel's shared one, which some scans leave out. */
  private static final byte ZEROS = 0;

  private static final byte SEVENS = 7;

  @TempDir Path folder;

  /** One for all, so that one monitor serves them. */
  private AddressSpace space;

  private Path onDisk;

  @BeforeAll
  void open() throws Exception {
    space = new LinuxSubstrate().open(SpaceOptions.named("entries"));
    // A temporary folder may lie on tmpfs, whose files are not those of a disk.
    onDisk = Files.createTempDirectory(Path.of("target"), "entries");
  }

  @AfterAll
  void close() throws Exception {
    space.close();
    try (var files = Files.list(onDisk)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(onDisk);
  }

  /** What was there before the fetch: an entry that came back, or none. */
  static List<Arguments> cases() {
    List<Arguments> cases = cases(ZEROS, true, kind -> true);
    cases.addAll(cases(ZEROS, false, Kind::anonymous));
    return cases;
  }

  static List<Arguments> furtherCases() {
    List<Arguments> cases = cases(ZEROS, false, kind -> !kind.anonymous());
    cases.addAll(cases(SEVENS, false, kind -> true));
    return cases;
  }

  private static List<Arguments> cases(byte written, boolean read, Predicate<Kind> kinds) {
    List<Arguments> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind.hugetlb() || !kinds.test(kind)) {
        continue;
      }
      for (Taker taker : Taker.values()) {
        for (Way way : Way.values()) {
          // A private file on disk stands for one of memory otherwise.
          boolean tried = kind != Kind.PRIVATE_MEMFD || taker.discards();
          if (tried && taker.applies(kind) && way.watches(kind)) {
            cases.add(Arguments.of(kind, taker, way, written, read));
          }
        }
      }
    }
    return cases;
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, {3} written, read before the fetch {4}")
  @MethodSource("furtherCases")
  @Tag("soak")
  void nothingIsLostInFurtherCases(Kind kind, Taker taker, Way way, byte written, boolean read)
      throws Exception {
    nothingIsLost(kind, taker, way, written, read);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, {3} written, read before the fetch {4}")
  @MethodSource("cases")
  void nothingIsLost(Kind kind, Taker taker, Way way, byte written, boolean read) throws Exception {
    try (MappedMemory memory = new MappedMemory(kind, onDisk);
        Watcher watcher = Watcher.of(way, space, memory.pages())) {
      byte[] before = memory.contents();
      memory.segment(Taker.WRITTEN).fill(written);
      taker.take(memory, folder);
      if (read) {
        memory.contents(); // Brings entries back, of whatever is there now.
      }
      PageSet report = watcher.fetch();
      assertThat(report.contains(memory.page(Taker.WRITTEN))).as("written").isTrue();
      if (taker.takesTheMapping()) {
        assertThat(report).as("everything").isEqualTo(memory.pages());
        assertThat(watcher.doubt()).as("why").contains("mapping of", "was replaced or moved");
      }
      PageSet changed = changed(memory, before);
      if (!taker.changesTheFileOf(kind)) {
        assertThat(changed.minus(report)).as("changed, not reported").isEqualTo(PageSet.empty());
      }

      byte[] then = memory.contents();
      memory.segment(Taker.WRITTEN).fill((byte) 9);
      memory.segment(LATER).fill((byte) 9);
      PageSet later = watcher.fetch();
      assertThat(changed(memory, then).minus(later)).as("tracked on").isEqualTo(PageSet.empty());
    }
  }

  /** It was never seen in memory, by any fetch. */
  @ParameterizedTest
  @EnumSource(names = {"SCAN", "ASYNCHRONOUS"})
  void aCopyThatWasInSwapWhenItWasArmedIsReportedOnceDiscarded(Way way) throws Exception {
    assumeTrue(Files.readAllLines(Path.of("/proc/swaps")).size() > 1, "no swap: swapon");
    try (MappedMemory memory = new MappedMemory(Kind.PRIVATE_FILE, onDisk)) {
      Native.madvise(memory.start(), memory.bytes, Native.MADV_PAGEOUT);
      try (Watcher watcher = Watcher.of(way, space, memory.pages())) {
        Native.madvise(memory.page(5), MappedMemory.PAGE, Native.MADV_DONTNEED);
        assertThat(watcher.fetch().contains(memory.page(5))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void pagesOfHugetlbfsAreRefused(Way way) throws Exception {
    for (Kind kind : List.of(Kind.HUGETLB, Kind.SHARED_HUGETLB)) {
      try (MappedMemory memory = new MappedMemory(kind, onDisk)) {
        assertThatThrownBy(() -> Watcher.of(way, space, memory.pages()))
            .isInstanceOfSatisfying(
                FacilityException.class, e -> assertThat(e.remedy()).contains("transparent"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SHARED_FILE", "PRIVATE_FILE", "PRIVATE_MEMFD"})
  void filesOnDiskAndPrivateOnesAreRefusedSynchronously(Kind kind) throws Exception {
    assumeTrue(
        kind != Kind.SHARED_FILE || !Files.getFileStore(onDisk).type().equals("tmpfs"),
        "target is on tmpfs");
    try (MappedMemory memory = new MappedMemory(kind, onDisk)) {
      assertThatThrownBy(() -> Watcher.of(Way.SYNCHRONOUS, space, memory.pages()))
          .isInstanceOfSatisfying(
              FacilityException.class, e -> assertThat(e.remedy()).contains("asynchronous"));
    }
  }

  private static PageSet changed(MappedMemory memory, byte[] before) {
    byte[] now = memory.contents();
    PageSet.Builder changed = PageSet.builder();
    for (int at = 0; at < now.length; at += MappedMemory.PAGE) {
      int end = at + MappedMemory.PAGE;
      if (!Arrays.equals(before, at, end, now, at, end)) {
        changed.addPage(memory.start() + at);
      }
    }
    return changed.build();
  }
}
