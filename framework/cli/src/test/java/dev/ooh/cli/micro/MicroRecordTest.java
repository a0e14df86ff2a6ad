package dev.ooh.cli.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.recording.Block;
import dev.ooh.recording.RecordingReader;
import dev.ooh.tracking.core.TrackingCore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --record} leaves of a run. */
class MicroRecordTest {
  @TempDir Path folder;

  private static Invocation micro(String... arguments) {
    return micro(new VirtualSubstrate(), arguments);
  }

  private static Invocation micro(Substrate substrate, String... arguments) {
    TrackingCore core = TrackingCore.create(List.of(new ChecksumTechnique()));
    Tracking tracking = Tracking.of(core, List.of(substrate));
    return Invocation.of(new MicroRun(tracking), arguments);
  }

  @Test
  void everyIntervalIsThere() throws Exception {
    Path file = folder.resolve("r");
    Invocation done =
        micro(
            "--sizes", "1", "--dirty", "25", "--technique", "none,checksum", "--record", "" + file);
    assertThat(done.status()).as(done.err()).isZero();
    List<Block> blocks = blocks(file);
    // Untracked, nobody asks.
    assertThat(blocks.get(0)).isEqualTo(new Block.Program("micro", "virtual", "none"));
    int tracked = blocks.indexOf(new Block.Program("micro", "virtual", "checksum"));
    assertThat(blocks.subList(0, tracked)).noneMatch(Block.Writes.class::isInstance);
    List<Block.Writes> writes =
        blocks.stream()
            .filter(Block.Writes.class::isInstance)
            .map(Block.Writes.class::cast)
            .filter(Block.Writes::exact)
            .toList();
    // The first question, and three passes.
    assertThat(writes)
        .extracting(each -> each.written().pageCount())
        .containsExactly(256L, 64L, 64L, 64L);
    assertThat(writes).extracting(each -> each.scan().pageCount()).containsOnly(256L);
    assertThat(writes).extracting(Block.Writes::arm).containsOnly(writes.getFirst().scan());
    assertThat(writes).extracting(Block.Writes::endNanos).isSorted();
    assertThat(blocks.subList(tracked, blocks.size()))
        .contains(new Block.Stored(192), new Block.Name("array", "1/25"))
        // W0 of the paper at 1 MB: 1.28 ms for 256 pages
        .contains(new Block.Untracked(320_000))
        .endsWith(new Block.End());
  }

  /** Where time is measured. */
  @Test
  void aWarmUpOfNoSecondsIsOnePassMore() throws Exception {
    Path file = folder.resolve("r");
    Invocation done =
        micro(
            new ToySubstrate("linux", Optional.empty()),
            "--sizes",
            "1",
            "--dirty",
            "25",
            "--technique",
            "all-dirty",
            "--warm-up",
            "0",
            "--substrate",
            "linux",
            "--record",
            file.toString());
    assertThat(done.status()).as(done.err()).isZero();
    // The first question, the pass that warms up, and three.
    assertThat(blocks(file)).filteredOn(Block.Writes.class::isInstance).hasSize(5);
  }

  private static List<Block> blocks(Path file) throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (RecordingReader reader = new RecordingReader(file)) {
      for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
        blocks.add(next.get());
      }
    }
    return blocks;
  }

  @Test
  void whatCantBeWrittenIsFoundOutAtTheStart() throws Exception {
    Invocation done = micro("--sizes", "1", "--record", folder.resolve("no/r").toString());
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err())
        .hasLineCount(1)
        .contains("--record is ", "can't be written: no such file");
    assertThat(done.out()).isEmpty();
    assertThat(Files.list(folder)).isEmpty();
  }
}
