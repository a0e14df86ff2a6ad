package dev.ooh.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.SetMerge;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Image sets in a bucket of a real server, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageSetsInABucketTest {
  private static final long START = 0x10_0000;

  /** More than goes up in one request. */
  private static final int MANY = 4500;

  private static final int FEW = 100;
  private static final int PAGE = PageSet.PAGE_SIZE;

  private LoopbackStore bucket;

  @BeforeAll
  void start() throws Exception {
    bucket = new LoopbackStore();
  }

  @AfterAll
  void stop() throws Exception {
    bucket.close();
  }

  /** Memory that is written to and dumped: a part of it is larger than one part of an upload. */
  private static final class Program {
    final int pages;
    final byte[] memory;
    final SplittableRandom random;
    Optional<WrittenSet> previous = Optional.empty();

    Program(long seed, int pages) {
      this.pages = pages;
      memory = new byte[pages * PAGE];
      random = new SplittableRandom(seed);
      random.nextBytes(memory);
    }

    void dump(ImageStore store, boolean complete) throws IOException {
      PageSet all = PageSet.of(START, START + memory.length);
      PageSet.Builder changed = PageSet.builder();
      for (int i = 0; i < 50; i++) {
        int page = random.nextInt(pages);
        memory[page * PAGE + random.nextInt(PAGE)]++;
        changed.addPage(START + (long) page * PAGE);
      }
      PageSet inParent = previous.isEmpty() ? PageSet.empty() : all.minus(changed.build());
      try (ImageSetWriter writer = new ImageSetWriter(store, 7, previous)) {
        writer.pages(
            all,
            inParent,
            (address, target, offset, length) ->
                System.arraycopy(memory, (int) (address - START), target, offset, length),
            written -> {});
        Region heap = new Region("heap", START, START + memory.length);
        previous =
            Optional.of(
                writer.finish(
                    new SetDescription(complete, "toy", "", "toy", "none", START, List.of(heap)),
                    new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0)));
      }
    }
  }

  private static byte[] read(ImageSet set) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    set.readPages((address, buffer, length) -> out.write(buffer, 0, length));
    return out.toByteArray();
  }

  @Test
  void setsAreListedCheckedMergedPrunedAndRead() throws Exception {
    Path images = bucket.path("some/folder");
    Program program = new Program(20261129, MANY);
    SetFolder folder = new SetFolder(images);
    try (ImageStore store = ImageStore.open(images)) {
      assertThat(store.weaker()).anyMatch(line -> line.contains("manifest"));
      program.dump(store, true);
      program.dump(store, false);
      assertThat(folder.latest()).contains(images.resolve("set-000001"));
      program.dump(store, true);
      ImageSet newest = ImageSet.open(images);
      assertThat(newest.path()).hasToString("s3://state/some/folder/set-000003");
      assertThat(newest.chainLength()).isEqualTo(3);
      assertThat(newest.presentPages()).isLessThan(60);
      new ChainCheck().check(newest);
      assertThat(read(newest)).isEqualTo(program.memory);
      SetMerge.merge(store, newest);
      for (Path set : Pruning.of(folder, 1).removable()) {
        store.remove(set);
      }
    }
    assertThat(folder.sets()).containsExactly(images.resolve("set-000004"));
    assertThat(read(ImageSet.open(images))).isEqualTo(program.memory);
    assertThat(Files.exists(images.resolve(".lock"))).isFalse();
  }

  @Test
  void aSecondWriterIsToldWhoHasIt() throws Exception {
    Path images = bucket.path("held");
    try (ImageStore store = ImageStore.open(images)) {
      assertThatThrownBy(() -> ImageStore.open(images))
          .hasMessageContaining("process " + ProcessHandle.current().pid() + ", this one,");
      assertThat(store.tidy()).isEmpty();
    }
    ImageStore.open(images).close();
  }

  /** Two that think that they are alone, since a person deleted the lock of one that lives. */
  @Test
  void ofTwoWritersOneIsRefusedAndNothingIsMixed() throws Exception {
    Path images = bucket.path("two");
    Program one = new Program(1, FEW);
    Program other = new Program(2, FEW);
    try (ImageStore first = ImageStore.open(images)) {
      one.dump(first, true);
      Files.delete(images.resolve(".lock"));
      try (ImageStore second = ImageStore.open(images)) {
        other.dump(second, true);
        for (int attempt = 0; attempt < 2; attempt++) {
          assertThatThrownBy(() -> one.dump(first, true)).hasMessageContaining("another writer");
        }
        assertThat(read(ImageSet.open(images))).isEqualTo(other.memory);
        other.dump(second, true);
      }
    }
    assertThat(read(ImageSet.open(images))).isEqualTo(other.memory);
  }

  @Test
  void whatADeadWriterLeftCanNotBeCompleted() throws Exception {
    Path images = bucket.path("dead");
    Path half = images.resolve("set-000001");
    Files.write(half.resolve("pages-1.img"), new byte[PAGE]);
    assertThat(new SetFolder(images).sets()).isEmpty();
    Program program = new Program(3, FEW);
    try (ImageStore store = ImageStore.open(images)) {
      assertThat(Files.exists(half.resolve("pages-1.img"))).isFalse();
      assertThatThrownBy(
              () -> {
                try (SeekableByteChannel manifest = create(half.resolve("ooh.img"))) {
                  manifest.write(ByteBuffer.allocate(PAGE));
                }
              })
          .isInstanceOf(FileAlreadyExistsException.class);
      program.dump(store, true);
    }
    assertThat(new SetFolder(images).sets()).containsExactly(images.resolve("set-000002"));
    assertThat(read(ImageSet.open(images))).isEqualTo(program.memory);
  }

  /** That a set isn't there is known from the store alone, not from a request that failed. */
  @Test
  void whichLookAtAManifestEverFailsNothingIsRemovedOrPassedOver() throws Exception {
    Path images = bucket.path("looks");
    Program program = new Program(4, FEW);
    try (ImageStore store = ImageStore.open(images)) {
      program.dump(store, true);
      program.dump(store, true);
    }
    assertThat(failures(() -> ImageStore.open(images).close())).isPositive();
    assertThat(new SetFolder(images).sets()).hasSize(2);
    assertThat(read(ImageSet.open(images))).isEqualTo(program.memory);
    Path newest = images.resolve("set-000002");
    assertThat(failures(() -> assertThat(ImageSet.open(images).path()).isEqualTo(newest)))
        .isPositive();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** How often {@code step} fails if each look in turn does, until all of them succeed. */
  private int failures(Step step) {
    int failures = 0;
    for (int looks = 0; ; looks++) {
      bucket.faults.looks = looks;
      try {
        step.run();
      } catch (IOException e) {
        failures++;
        assertThat(e).hasMessageContaining("slow down");
      }
      if (bucket.faults.looks >= 0) {
        bucket.faults.looks = -1;
        return failures;
      }
    }
  }

  private static SeekableByteChannel create(Path file) throws IOException {
    return Files.newByteChannel(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /** Both are open before either is closed: looking first would not do. */
  @Test
  void ofTwoWhoCreateAnObjectOneFails() throws Exception {
    for (int bytes : new int[] {10, 17 << 20}) { // in one request, and in parts
      Path file = bucket.path("created/" + bytes);
      SeekableByteChannel first = create(file);
      SeekableByteChannel second = create(file);
      write(first, bytes, (byte) 1);
      write(second, bytes, (byte) 2);
      first.close();
      assertThatThrownBy(second::close)
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessage("s3://state/created/" + bytes);
      byte[] contents = new byte[bytes];
      Arrays.fill(contents, (byte) 1);
      assertThat(Files.readAllBytes(file)).isEqualTo(contents);
    }
  }

  private static void write(SeekableByteChannel channel, int bytes, byte value) throws IOException {
    byte[] contents = new byte[bytes];
    Arrays.fill(contents, value);
    ByteBuffer left = ByteBuffer.wrap(contents);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  @Test
  void aStoreThatOverlooksConditionsIsRefused() throws Exception {
    bucket.faults.unconditional = true;
    try {
      assertThatThrownBy(() -> ImageStore.open(bucket.path("careless")))
          .hasMessageContaining("s3://state/careless/.probe-")
          .hasMessageContaining("CREATE_NEW");
      assertThat(Files.exists(bucket.path("careless"))).as("what was tried with").isFalse();
    } finally {
      bucket.faults.unconditional = false;
    }
  }

  @Test
  void whatBreaksOffIsReadAgainAndNamedIfThatDoesNotHelp() throws Exception {
    Path file = bucket.path("read/again");
    Files.write(file, new byte[PAGE]);
    bucket.faults.brokenReads = 1;
    assertThat(Files.readAllBytes(file)).isEqualTo(new byte[PAGE]);
    bucket.faults.brokenReads = Integer.MAX_VALUE;
    try {
      assertThatThrownBy(() -> Files.readAllBytes(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("s3://state/read/again: ");
    } finally {
      bucket.faults.brokenReads = 0;
    }
  }

  /** What is asked of a store is no matter of its user's locale. */
  @Test
  void objectsAreReadWhereDigitsAreOthers() throws Exception {
    Path file = bucket.path("read/digits");
    Files.write(file, new byte[PAGE]);
    Locale usual = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa-IR-u-nu-arabext"));
    try {
      assertThat(Files.readAllBytes(file)).isEqualTo(new byte[PAGE]);
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, usual);
    }
  }

  @Test
  void thatAnObjectWasThereIsSaidEvenIfItsPartsStay() throws Exception {
    Path file = bucket.path("parts/stay");
    Files.write(file, new byte[1]);
    SeekableByteChannel channel = create(file);
    write(channel, 17 << 20, (byte) 1);
    bucket.faults.noAborts = true;
    try {
      assertThatThrownBy(channel::close)
          .isInstanceOf(FileAlreadyExistsException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    } finally {
      bucket.faults.noAborts = false;
    }
  }

  /** What is given up is never seen, be it in one request or in parts. */
  @Test
  void anObjectThatIsTruncatedToNothingIsEmpty() throws Exception {
    for (int bytes : new int[] {10, 17 << 20}) {
      Path file = bucket.path("truncated/" + bytes);
      try (SeekableByteChannel channel = create(file)) {
        write(channel, bytes, (byte) 1);
        channel.truncate(0);
      }
      assertThat(Files.size(file)).isZero();
    }
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Files.size(bucket.path("nothing")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage("s3://state/nothing");
    assertThatThrownBy(
            () ->
                ImageStore.open(
                    bucket.provider.getPath(java.net.URI.create("s3://no-such-bucket/a"))))
        .hasMessageContaining("there is no such bucket");
    assertThatThrownBy(() -> bucket.provider.getPath(java.net.URI.create("s3:///folder")))
        .hasMessageContaining("wanted s3://bucket/folder");
  }
}
