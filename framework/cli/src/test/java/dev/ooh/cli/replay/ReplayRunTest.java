package dev.ooh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.micro.ChecksumTechnique;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.recording.Block;
import dev.ooh.recording.RecordingWriter;
import dev.ooh.tracking.core.TrackingCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayRunTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  /** Where real memory is, far above what a simulated machine maps. */
  private static final long HIGH = 1L << 46;

  private static final PageSet LOW_PART = PageSet.of(HIGH, HIGH + 4 * PAGE);
  private static final PageSet ALL =
      LOW_PART.union(PageSet.of(HIGH + (1L << 40), HIGH + (1L << 40) + 12 * PAGE));

  @TempDir Path folder;
  private Path profile = Path.of("");

  /** A page written costs 1 µs untracked, a page read by a technique 2 µs, a page copied 10 µs. */
  @BeforeEach
  void pricesThatAddUpByHand() throws IOException {
    List<String> lines = new ArrayList<>(List.of("id,event,microseconds,techniques"));
    for (String id : "M1 M3 M4 M5 M6 M7 M8 M13 M14 M15 M16 M17 M18 W0".split(" ")) {
      lines.add(id + ",,1,all");
    }
    lines.add("CP,,10,all");
    lines.add("TRACKER_ACCESS,,2,checksum");
    profile = Files.write(folder.resolve("profile.csv"), lines);
  }

  private Invocation replay(Path file, String... more) {
    TrackingCore core = TrackingCore.create(List.of(new ChecksumTechnique()));
    Tracking tracking = Tracking.of(core, List.of(new VirtualSubstrate()));
    List<String> line = new ArrayList<>(List.of(file.toString(), "--profile", profile + ""));
    line.addAll(List.of(more));
    return Invocation.of(new ReplayRun(tracking), line.toArray(String[]::new));
  }

  private Path write(Block... blocks) throws IOException {
    Path file = folder.resolve("recording");
    try (RecordingWriter writer = new RecordingWriter(file)) {
      for (Block block : blocks) {
        writer.write(block);
      }
    }
    return file;
  }

  private static Block writes(long millis, PageSet written, boolean exact) {
    return new Block.Writes(millis * 1_000_000, 1_000_000, ALL, ALL, written, exact);
  }

  private Path threeIntervals(Block... more) throws IOException {
    List<Block> blocks =
        new ArrayList<>(
            List.of(
                new Block.Program("micro", "linux", "uffd"),
                writes(5, PageSet.empty(), true),
                writes(10, ALL, true),
                writes(20, ALL, false),
                writes(30, LOW_PART, true)));
    blocks.addAll(Arrays.asList(more));
    return write(blocks.toArray(Block[]::new));
  }

  @Test
  void rowsTellOfVirtualCpusThatWereSet() throws IOException {
    Path csv = folder.resolve("r.csv");
    Path file =
        threeIntervals(new Block.Untracked(32_000), new Block.Name("array", "1"), new Block.End());
    Invocation done =
        replay(file, "--technique", "checksum", "--csv", csv + "", "--set", "vcpus=2");
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(Files.readAllLines(csv))
        .contains("replay,virtual,checksum,array,1 by uffd:2vcpus,pages_written,20,pages");
  }

  @Test
  void countsTheIntervalsAfterTheFirstThatWereSeenExactly() throws IOException {
    Path csv = folder.resolve("r.csv");
    Path file =
        threeIntervals(new Block.Untracked(32_000), new Block.Name("array", "1"), new Block.End());
    Invocation done = replay(file, "--technique", "checksum", "--csv", csv + "");
    assertThat(done.status()).as(done.err()).isZero();
    // 16 pages are read in each of two intervals, which take 64 us untracked.
    assertThat(Files.readAllLines(csv))
        .contains(
            "replay,virtual,checksum,array,1 by uffd,tracked_slowdown,2,x",
            "replay,virtual,checksum,array,1 by uffd,impact_time,0,sim_ms",
            "replay,virtual,checksum,array,1 by uffd,fetch_time,0.064,sim_ms",
            // 32 us to read, and 4 or 16 pages of 10 us to copy
            "replay,virtual,checksum,array,1 by uffd,frozen_time,0.192,sim_ms",
            "replay,virtual,checksum,array,1 by uffd,longest_frozen_time,0.192,sim_ms",
            "replay,virtual,checksum,array,1 by uffd,network_bytes,147456,bytes", // 16 + 16 + 4
            "replay,virtual,checksum,array,1 by uffd,untracked_time,0.064,ms",
            "replay,virtual,checksum,array,1 by uffd,intervals,2,count",
            "replay,virtual,checksum,array,1 by uffd,pages_written,20,pages",
            "replay,virtual,checksum,array,1 by uffd,pages_reported,20,pages",
            "replay,virtual,checksum,array,1 by uffd,event.tracker.access,32,count");
    assertThat(done.out())
        .contains("left out: 1 intervals")
        .doesNotContain("cut short")
        .doesNotContain("no untracked run");
  }

  @Test
  void severalAtOnceComeToTheSameInTheSameOrder() throws IOException {
    Path file =
        threeIntervals(
            new Block.Name("array", "1"),
            new Block.Program("gc", "linux", "procfs"),
            writes(5, PageSet.empty(), true),
            writes(10, LOW_PART, true),
            new Block.Name("gcbench", "small"),
            new Block.End());
    List<List<String>> rows = new ArrayList<>();
    for (String jobs : List.of("1", "4")) {
      Path csv = folder.resolve(jobs + ".csv");
      Invocation done =
          replay(file, "--technique", "none,checksum,all-dirty", "--jobs", jobs, "--csv", csv + "");
      assertThat(done.status()).as(done.err()).isZero();
      rows.add(Files.readAllLines(csv));
    }
    assertThat(rows.get(1)).isEqualTo(rows.get(0)).hasSizeGreaterThan(60);
  }

  @Test
  void withoutAnUntrackedRunItIsTheTimeBetweenFetchesThatCounts() throws IOException {
    Path csv = folder.resolve("r.csv");
    Invocation done = replay(threeIntervals(), "--technique", "checksum", "--csv", csv + "");
    assertThat(done.status()).as(done.err()).isZero();
    // 10 less 5 and 30 less 20 ms, of each 1 ms of fetch
    assertThat(Files.readAllLines(csv))
        .contains("replay,virtual,checksum,unnamed,by uffd,untracked_time,13,ms");
    assertThat(done.out())
        .contains("no untracked run is in what is left")
        .contains("cut short: " + folder.resolve("recording"))
        .contains("to its last whole interval, of 4");
  }

  @Test
  void aRecordingThatIsCutIsReplayedAsFarAsItGoes() throws IOException {
    Path file = threeIntervals(new Block.End());
    byte[] whole = Files.readAllBytes(file);
    int[] intervals = new int[3];
    for (int length = whole.length; length > 0; length--) {
      Files.write(file, Arrays.copyOf(whole, length));
      try {
        RecordedProgram.Contents contents = RecordedProgram.of(file);
        assertThat(contents.whole()).isEqualTo(length == whole.length);
        if (!contents.programs().isEmpty()) {
          int found = contents.programs().getFirst().intervals();
          intervals[found - 2] = length; // the shortest that has so many
        }
      } catch (IOException e) {
        assertThat(length).isLessThan(16);
      }
    }
    for (int found = 0; found < intervals.length; found++) {
      Files.write(file, Arrays.copyOf(whole, intervals[found]));
      Invocation done = replay(file, "--technique", "checksum");
      assertThat(done.status()).as(done.err()).isZero();
      assertThat(done.out()).contains("cut short").contains("of " + (found + 2) + "\n");
    }
  }

  @Test
  void badInputIsOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no recording at all");
    Path empty = Files.createFile(folder.resolve("empty"));
    assertRefused(1, "text is no recording", replay(text));
    assertRefused(1, "empty is empty", replay(empty));
    assertRefused(1, "none can't be read: no such file", replay(folder.resolve("none")));
    assertRefused(
        1,
        "holds no interval after a first one (it is cut short)",
        replay(write(new Block.Program("micro", "linux", "none"))));
    Path whole = threeIntervals(new Block.End());
    assertRefused(2, "Unknown options: '--record', 'x'", replay(whole, "--record", "x"));
    assertRefused(2, "'--substrate'", replay(whole, "--substrate", "virtual"));
    assertRefused(2, "technique is 'uff'", replay(whole, "--technique", "uff"));
    assertRefused(2, "--jobs is 0, wanted 1 or more", replay(whole, "--jobs", "0"));
    Files.write(profile, List.of("id,event,microseconds,techniques", "M1,,1,all"));
    assertRefused(2, "is missing, wanted a row with its cost, by which", replay(whole));
    profile = Path.of("sc23");
    assertRefused(2, "did you mean sc22?", replay(whole));
    profile = Path.of("kvm-dirty-rings");
    assertRefused(2, "did you mean kvm-dirty-ring?", replay(whole));
  }

  private static void assertRefused(int status, String message, Invocation done) {
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).hasLineCount(1).contains(message);
    assertThat(done.out()).isEmpty();
  }
}
