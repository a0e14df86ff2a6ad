package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.criu.toy.ToySnapshots;
import dev.ooh.criu.toy.ToySubstrate;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A heap with random contents in a toy space, and a checkpointer over it. */
public final class CheckpointScene implements AutoCloseable {
  static final int PID = 4242;
  public final TestSpace space = ToySubstrate.space();
  public final Region region = space.map(RegionRequest.anonymous("heap", 4 << 20));
  public final ArenaHeap heap = ArenaHeap.create(space, region);
  public final ImageStore store;
  public final TrackedCheckpointer checkpointer;
  final SplittableRandom random;

  public CheckpointScene(Path directory, FileLayer files, long seed) throws IOException {
    this(
        directory,
        files,
        seed,
        new Checkpointer.Options(true, false, 0, new Checkpointer.Observer() {}));
  }

  CheckpointScene(Path directory, FileLayer files, long seed, Checkpointer.Options options)
      throws IOException {
    this(directory, files, seed, options, store -> store);
  }

  CheckpointScene(Path directory, FileLayer files, long seed, Function<ImageStore, SetPlace> place)
      throws IOException {
    this(
        directory,
        files,
        seed,
        new Checkpointer.Options(true, false, 0, new Checkpointer.Observer() {}),
        place);
  }

  /** Whose sets go to a place that may have a directory beside. */
  public CheckpointScene(Path directory, long seed, Function<ImageStore, SetPlace> place)
      throws IOException {
    this(directory, FileLayers.of(directory), seed, place);
  }

  private CheckpointScene(
      Path directory,
      FileLayer files,
      long seed,
      Checkpointer.Options options,
      Function<ImageStore, SetPlace> place)
      throws IOException {
    random = new SplittableRandom(seed);
    store = ImageStore.open(directory, files);
    checkpointer =
        new TrackedCheckpointer(
            space, new Subject("toy", "small", PID, heap), place.apply(store), options);
  }

  /** Allocates some, and writes somewhere among what was allocated. */
  public void mutate() {
    for (int i = random.nextInt(1, 20); i > 0; i--) {
      heap.allocate(random.nextInt(10), random.nextInt(3000));
    }
    long end = heap.used().runEnd(0);
    for (int i = random.nextInt(20); i > 0; i--) {
      long first = region.start() + 4096;
      if (end > first) {
        space.memory().putByte(random.nextLong(first, end), (byte) random.nextInt());
      }
    }
  }

  /** Writes a byte so many times, somewhere behind the first page. */
  void scribble(int times) {
    for (int i = 0; i < times; i++) {
      long address = random.nextLong(region.start() + 4096, heap.used().runEnd(0));
      space.memory().putByte(address, (byte) random.nextInt());
    }
  }

  ToySnapshots snapshots() {
    return (ToySnapshots) space.facility(CopyBeforeWrite.class).orElseThrow();
  }

  /** All bytes of the heap's used pages. */
  public byte[] contents() {
    return contents(space, heap);
  }

  static byte[] contents(TestSpace space, ArenaHeap heap) {
    byte[] bytes = new byte[(int) heap.used().bytes()];
    space.memory().read(heap.region().start(), bytes, 0, bytes.length);
    return bytes;
  }

  /** Restores what {@code directory} holds in a fresh space, and reads it. */
  public static byte[] restored(Path directory) throws Exception {
    TestSpace space = ToySubstrate.space();
    RestoredProgram program = RestoredProgram.restore(ImageSet.open(directory), space);
    return contents(space, program.heap());
  }

  @Override
  public void close() throws IOException {
    try (store) {
      checkpointer.close();
    }
  }
}
