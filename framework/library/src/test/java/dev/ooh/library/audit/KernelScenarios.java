package dev.ooh.library.audit;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.audit.Audit;
import dev.ooh.conformance.audit.Disturbance;
import dev.ooh.conformance.audit.Scenario;
import dev.ooh.conformance.audit.Words;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** What the kernel does to memory, by itself or at the program's wish, beside the tracking. */
final class KernelScenarios {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int PAGES = 1024;
  private static final long BYTES = PAGES * (long) PAGE;
  private static final long HUGE = 2L << 20;
  private static final int MAP_HUGETLB = 0x40000;

  private final Path folder;

  /**
   * All of them.
   *
   * @param folder for files, on a disk
   */
  KernelScenarios(Path folder) {
    this.folder = folder;
  }

  Stream<Scenario> all() {
    return Stream.of(
        new Scenario("reclaim and swap", this::pageOut),
        new Scenario("huge pages are made and split", this::hugePages),
        new Scenario("same-page merging", this::merging),
        new Scenario("mprotect to none and back", this::protection),
        new Scenario("discards behind the tracker's back", this::discards),
        new Scenario("reclaim and collapse of shared memory", this::sharedMemory),
        new Scenario("a shared file", audit -> file(audit, MapMode.READ_WRITE)),
        new Scenario("a private file", audit -> file(audit, MapMode.PRIVATE)),
        new Scenario("hugetlbfs", this::hugetlb),
        new Scenario("two trackers of the same memory", this::twoTrackers));
  }

  private void pageOut(Audit audit) throws IOException {
    assumeTrue(
        Files.readAllLines(Path.of("/proc/swaps")).size() > 1,
        "needs swap: fallocate -l 256M F; mkswap F; swapon F");
    Region region = watched(audit);
    advise(audit, region, Advice.PAGEOUT);
    advise(audit, region, Advice.COLD);
  }

  private void hugePages(Audit audit) {
    Region region = watched(audit);
    audit.allowHugePages();
    advise(audit, region, Advice.HUGEPAGE);
    advise(audit, region, Advice.COLLAPSE);
    advise(audit, region, Advice.NOHUGEPAGE);
    audit.disturb(
        Disturbance.of("a split", random -> Advice.COLD.give(some(region.pages(), 1, random))));
  }

  private void merging(Audit audit) throws IOException {
    Path run = Path.of("/sys/kernel/mm/ksm/run");
    assumeTrue(
        Files.exists(run) && Files.readString(run).strip().equals("1"),
        "needs kernel same-page merging: echo 1 > " + run);
    // Of those that nobody has stamped since, every other page has another one's contents.
    Region region = watched(audit);
    audit.disturb(Disturbance.of("pages merge", random -> Advice.MERGEABLE.give(region.pages())));
    advise(audit, region, Advice.UNMERGEABLE);
  }

  private void protection(Audit audit) {
    Region region = watched(audit);
    audit.disturb(
        Disturbance.atStandstill(
            "no access for a while",
            random -> Advice.protectAndUnprotect(some(region.pages(), 64, random))));
  }

  private void discards(Audit audit) {
    Region region = watched(audit);
    audit.disturb(discarding(audit, region.pages(), Advice.DONTNEED));
  }

  private void sharedMemory(Audit audit) {
    Region region =
        audit
            .space()
            .map(
                new RegionRequest(
                    "shared", BYTES, Optional.empty(), Kind.MEMFD, Optional.empty(), false));
    audit.field(region.pages()).populate();
    audit.watch("all", region.pages());
    advise(audit, region, Advice.PAGEOUT);
    advise(audit, region, Advice.COLLAPSE);
    advise(audit, region, Advice.COLD);
  }

  private static Disturbance discarding(Audit audit, PageSet pages, Advice advice) {
    return Disturbance.of(
        advice + " by somebody else",
        random -> {
          PageSet gone = some(pages, 8, random);
          if (!advice.give(gone)) {
            throw new IllegalStateException(advice + " of " + gone + " was refused");
          }
          audit.owe(gone);
        });
  }

  private void file(Audit audit, MapMode mode) throws Exception {
    Path file = Files.createTempFile(folder, "audit", "");
    audit.closeLater(() -> Files.delete(file));
    Files.write(file, new byte[(int) BYTES]);
    FileChannel channel =
        audit.closeLater(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    Arena arena = audit.closeLater(Arena.ofShared());
    MemorySegment segment = channel.map(mode, 0, BYTES, arena);
    PageSet pages = adopt(audit, audit.space(), segment);
    audit.field(Words.of(segment), pages);
    audit.watch("all", pages);
    audit.disturb(Disturbance.of("a write-back", random -> segment.force()));
    audit.disturb(Disturbance.of("a reclaim", random -> Advice.PAGEOUT.give(pages)));
  }

  /** No technique watches it: each interval is everything, and says why. */
  private void hugetlb(Audit audit) throws Exception {
    LinuxCalls calls = audit.closeLater(new LinuxCalls());
    long start;
    try {
      start =
          calls.mmap(
              0,
              2 * HUGE,
              MappingFlags.PROT_READ | MappingFlags.PROT_WRITE,
              MappingFlags.MAP_PRIVATE | MappingFlags.MAP_ANONYMOUS | MAP_HUGETLB,
              -1,
              0);
    } catch (CallException e) {
      abort("needs huge pages that are set aside: sysctl vm.nr_hugepages=16");
      return;
    }
    audit.closeLater(() -> calls.munmap(start, 2 * HUGE));
    MemorySegment segment = MemorySegment.ofAddress(start).reinterpret(2 * HUGE);
    PageSet pages = adopt(audit, audit.space(), segment);
    audit.field(Words.of(segment), pages);
    audit.watch("all", pages);
    audit.disturb(
        Disturbance.of(
            "a discard",
            random -> {
              PageSet gone = PageSet.of(start, start + HUGE);
              Advice.DONTNEED.give(gone);
              audit.owe(gone);
            }));
  }

  /** The second one comes when the first is at work, and must say "all" where it is refused. */
  private void twoTrackers(Audit audit) throws Exception {
    Arena arena = audit.closeLater(Arena.ofShared());
    MemorySegment segment = arena.allocate(BYTES, PAGE);
    PageSet pages = adopt(audit, audit.space(), segment);
    audit.field(Words.of(segment), pages);
    audit.watch("first", pages);
    AddressSpace other = audit.openSpace();
    long third = PAGES / 3 * (long) PAGE;
    PageSet middle = adopt(audit, other, segment.asSlice(third, BYTES - 2 * third));
    audit.watch("second", other, middle);
    audit.disturbBySwitches(other);
    audit.disturbBySwitches(audit.space());
  }

  private static PageSet adopt(Audit audit, AddressSpace space, MemorySegment segment)
      throws Exception {
    SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();
    return adoption.adopt("adopted", segment).pages();
  }

  private static Region watched(Audit audit) {
    Region region = audit.map("watched", PAGES);
    // Where a block was empty, a discard leaves nothing to see, and changes nothing.
    audit.field(region.pages()).populate();
    audit.watch("all", region.pages());
    return region;
  }

  private static void advise(Audit audit, Region region, Advice advice) {
    audit.disturb(
        Disturbance.of(
            advice.toString(), random -> advice.give(some(region.pages(), 256, random))));
  }

  /** One run of up to {@code most} pages. */
  private static PageSet some(PageSet pages, int most, SplittableRandom random) {
    int count = 1 + random.nextInt(most);
    long start =
        pages.runStart(0) + random.nextInt((int) (pages.bytes() / PAGE) - count) * (long) PAGE;
    return PageSet.of(start, start + count * (long) PAGE);
  }
}
