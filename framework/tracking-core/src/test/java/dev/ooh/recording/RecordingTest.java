package dev.ooh.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final int SEEDS = 200;

  @TempDir Path folder;

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    long first = Long.getLong("ooh.first-seed", System.nanoTime());
    for (long seed = first; seed < first + SEEDS; seed++) {
      List<Block> blocks = blocks(new Random(seed));
      Path file = write(blocks);
      assertThat(read(file)).as("-Dooh.first-seed=" + seed).isEqualTo(blocks);
    }
  }

  @Test
  void whereverItIsCutTheWholeBlocksBeforeAreRead() throws IOException {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    List<Block> blocks = blocks(new Random(seed));
    byte[] whole = Files.readAllBytes(write(blocks));
    List<Integer> ends = ends(blocks);
    for (int length = BlockLayout.HEADER_BYTES; length <= whole.length; length++) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      int bytes = length;
      List<Block> left = blocks.subList(0, (int) ends.stream().filter(end -> end <= bytes).count());
      try (RecordingReader reader = new RecordingReader(cut)) {
        assertThat(readAll(reader)).as("-Dooh.first-seed=%d, %d", seed, length).isEqualTo(left);
        assertThat(reader.isEnded()).isEqualTo(length == whole.length);
      }
    }
    for (int length = 0; length < BlockLayout.HEADER_BYTES; length++) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(cut))
          .isInstanceOf(RecordingException.class)
          .hasMessageContaining(length == 0 ? "is empty" : "cut short in its header");
    }
  }

  @Test
  void aFlippedBitIsNeverReadAsSomethingElse() throws IOException {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    Random random = new Random(seed);
    List<Block> blocks = blocks(random);
    byte[] whole = Files.readAllBytes(write(blocks));
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Path file = Files.write(folder.resolve("damaged"), damaged);
      String where = "-Dooh.first-seed=%d, byte %d".formatted(seed, at);
      List<Block> found = new ArrayList<>();
      try (RecordingReader reader = new RecordingReader(file)) {
        for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
          found.add(next.get());
        }
        assertThat(reader.isEnded()).as(where).isFalse(); // a length beyond the end: cut short
      } catch (RecordingException e) {
        assertThat(e)
            .as(where)
            .hasMessageContaining(file.toString())
            .message()
            .doesNotContain("\n");
      }
      assertThat(blocks.subList(0, found.size())).as(where).isEqualTo(found);
      assertThat(found).as(where).hasSizeLessThan(blocks.size());
    }
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    ByteBuffer header = BlockLayout.header().order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(8, 2).putInt(12, BlockLayout.checksum(header.slice(0, 12)));
    Path file = Files.write(folder.resolve("later"), header.array());
    assertThatThrownBy(() -> read(file))
        .hasMessage(file + " is a recording of version 2, wanted version 1");
  }

  @Test
  void anythingElseIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), "experiment,substrate,technique\n");
    assertThatThrownBy(() -> read(file)).hasMessageContaining(file + " is no recording: ");
  }

  @Test
  void aGigabyteThatIsWrittenOverAndOverTakesAFewBytes() throws IOException {
    PageSet all = PageSet.of(1L << 46, (1L << 46) + (1L << 30));
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Block.Program("micro", "linux", "uffd"));
    for (int i = 1; i <= 1000; i++) {
      blocks.add(new Block.Writes(i * 40_000_000L, 5_000_000, all, all, all, true));
    }
    assertThat(Files.size(write(blocks))).isLessThan(40_000);
  }

  private List<Block> blocks(Random random) {
    List<Block> blocks = new ArrayList<>();
    for (int program = 0; program < 1 + random.nextInt(3); program++) {
      blocks.add(new Block.Program("micro", random.nextBoolean() ? "linux" : "", "ü" + program));
      long now = 0;
      PageSet scan = pages(random);
      for (int interval = random.nextInt(6); interval > 0; interval--) {
        now += random.nextLong(1L << random.nextInt(1, 50));
        scan = random.nextInt(3) == 0 ? pages(random) : scan;
        PageSet arm = random.nextBoolean() ? scan : scan.intersect(pages(random));
        long fetch = random.nextLong(1L << random.nextInt(1, 40));
        PageSet written = random.nextBoolean() ? pages(random) : scan;
        blocks.add(new Block.Writes(now, fetch, scan, arm, written, random.nextBoolean()));
      }
      blocks.add(new Block.Stored(random.nextLong(Long.MAX_VALUE)));
      blocks.add(new Block.Untracked(random.nextLong(1L << 40)));
      blocks.add(new Block.Name("array", "10/" + program));
    }
    blocks.add(new Block.End());
    return blocks;
  }

  private static PageSet pages(Random random) {
    PageSet.Builder pages = PageSet.builder();
    long at = random.nextLong(1L << random.nextInt(1, 36));
    for (int run = random.nextInt(5); run > 0; run--) {
      long end = at + 1 + random.nextLong(1L << random.nextInt(1, 20));
      pages.add(at * PageSet.PAGE_SIZE, end * PageSet.PAGE_SIZE);
      at = end + 1 + random.nextInt(100);
    }
    return pages.build();
  }

  private Path write(List<Block> blocks) throws IOException {
    Path file = folder.resolve("recording");
    try (RecordingWriter writer = new RecordingWriter(file)) {
      for (Block block : blocks) {
        writer.write(block);
      }
    }
    return file;
  }

  /** Where each block ends in the file. */
  private List<Integer> ends(List<Block> blocks) throws IOException {
    List<Integer> ends = new ArrayList<>();
    Path file = folder.resolve("counted");
    try (RecordingWriter writer = new RecordingWriter(file)) {
      for (Block block : blocks) {
        writer.write(block);
        ends.add((int) Files.size(file));
      }
    }
    return ends;
  }

  private static List<Block> read(Path file) throws IOException {
    try (RecordingReader reader = new RecordingReader(file)) {
      return readAll(reader);
    }
  }

  private static List<Block> readAll(RecordingReader reader) throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
      blocks.add(next.get());
    }
    return blocks;
  }
}
