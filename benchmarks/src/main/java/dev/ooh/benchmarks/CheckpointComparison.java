package dev.ooh.benchmarks;

import dev.ooh.checkpoints.Checkpoint;
import dev.ooh.checkpoints.CheckpointListener;
import dev.ooh.checkpoints.CheckpointOptions;
import dev.ooh.checkpoints.Checkpoints;
import dev.ooh.checkpoints.Standstill;
import dev.ooh.cli.plot.Chart;
import dev.ooh.cli.plot.ChartImage;
import dev.ooh.linux.substrate.AnonymousMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * Checkpoints of a segment beside plain writes and reads of as many bytes, in turn, and beside
 * CRIU's dumps where it starts ({@code -Dooh.criu=PATH} names another one), with image sets that
 * nobody forces to the disk either; and how much memory a program has with checkpoints and without.
 * Prints a Markdown table of medians, and draws what a checkpoint takes by how much changed, as
 * SVG. Four times as much memory as is saved must be free.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.CheckpointComparison [MEBIBYTES [ROUNDS [DIRECTORY [FILE.svg]]]]}
 */
final class CheckpointComparison {
  private static final int PAGE = 4096;
  private static final int CHUNK = 1 << 20;
  private static final String PLAIN = "plain";
  private static final int ROUNDS = 7;
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final long RUN_NANOS = 11_000_000_000L;

  /** Of the pages, by each checkpoint that is not the first. */
  private static final double[] CHANGED = {0.001, 0.01, 0.02, 0.05, 0.1, 0.2};

  private final long bytes;
  private final Path directory;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<String, double[]> samples = new LinkedHashMap<>();
  private final int rounds;
  private int round = -1;

  private CheckpointComparison(long bytes, int rounds, Path directory) {
    this.bytes = bytes;
    this.rounds = rounds;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    long mebibytes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1024;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    Path parent = Path.of(arguments.length > 2 ? arguments[2] : ".");
    Path directory = Files.createTempDirectory(parent, "checkpoints");
    try {
      System.out.printf(
          "%d MiB of random bytes, %s, medians of %d rounds after one%n%n",
          mebibytes, Files.getFileStore(directory).type(), rounds);
      CheckpointComparison comparison =
          new CheckpointComparison(mebibytes << 20, rounds, directory);
      comparison.run();
      comparison.print();
      if (arguments.length > 3) {
        Files.write(Path.of(arguments[3]), new ChartImage(comparison.chart()).svg());
      }
    } finally {
      FileTree.delete(directory);
    }
  }

  private void run() throws Exception {
    Optional<CriuDumps> criu = CriuDumps.find(directory);
    List<Part> parts = new ArrayList<>(List.of(this::plain, this::checkpoints, this::unforced));
    criu.ifPresent(found -> parts.add(() -> criu(found)));
    for (round = -1; round < rounds; round++) {
      System.err.printf("round %d of %d%n", round + 1, rounds);
      for (Part part : parts) {
        part.run();
      }
      Collections.shuffle(parts, new Random(round));
    }
    slowdown();
    memory();
  }

  /** In each round in another order, as what one leaves behind may help or hinder the next. */
  @FunctionalInterface
  private interface Part {
    void run() throws Exception;
  }

  private void criu(CriuDumps criu) throws IOException, InterruptedException {
    Path images = Files.createDirectory(directory.resolve("criu"));
    haveMemoryBacked();
    sample("CRIU's dump, without fsync, s", criu.dump(bytes >> 20, images) / 1e9);
    FileTree.delete(images);
  }

  private void unforced() throws IOException {
    Path sets = directory.resolve("unforced");
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map(bytes, 0, false, arena);
      fill(memory, round);
      haveMemoryBacked();
      sample("an image set, without fsync, s", UnforcedSets.write(sets, memory) / 1e9);
    }
    FileTree.delete(sets);
  }

  /** In processes of their own. */
  private void memory() throws IOException, InterruptedException {
    Path state = directory.resolve("memory-state");
    for (round = 0; round < Math.min(rounds, 3); round++) {
      System.err.printf("memory, round %d of %d%n", round + 1, Math.min(rounds, 3));
      double without = peak("");
      double with = peak(state.toString());
      sample("most memory, without, MiB", without);
      sample("most memory, with checkpoints, MiB", with);
      sample("most memory, above, MiB", with - without);
      FileTree.delete(state);
    }
  }

  private double peak(String state) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(Long.toString(bytes >> 20)));
    if (!state.isEmpty()) {
      arguments.add(state);
    }
    return Long.parseLong(ChildJvm.output(CheckpointMemory.class, arguments)) / 1024.0;
  }

  private static void fill(MemorySegment memory, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG, at, random.nextLong() | 1);
    }
  }

  /**
   * Stores to each page of twice as much memory as is saved, for the page cache and what else gets
   * memory meanwhile, and gives it back. A virtual machine that tells its host which pages are free
   * has them taken within seconds, and waits for each that the page cache or a buffer gets next,
   * several times as long as a copy takes: who comes first would pay for all.
   */
  private void haveMemoryBacked() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = AnonymousMemory.map(2 * bytes, 0, true, arena);
      for (long page = 0; page < memory.byteSize(); page += PAGE) {
        memory.set(ValueLayout.JAVA_LONG, page, 1);
      }
    }
  }

  private void plain() throws IOException {
    plainWrite("plain write", false);
    Files.delete(directory.resolve(PLAIN));
    plainWrite("plain write through a buffer", true);
    try (Arena arena = Arena.ofShared()) {
      plainRead(arena);
    }
    Files.delete(directory.resolve(PLAIN));
  }

  /**
   * Writes the memory to a fresh file.
   *
   * @param buffered whether by way of a mebibyte that stays in the processor's cache. Where a
   *     machine's page tables are shadowed that is several times as fast: there the kernel pays for
   *     each page of the program's memory that it looks at
   */
  private void plainWrite(String how, boolean buffered) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map(bytes, 0, false, arena);
      MemorySegment buffer = arena.allocate(CHUNK);
      fill(memory, round);
      haveMemoryBacked();
      long start = System.nanoTime();
      try (FileChannel file =
          FileChannel.open(
              directory.resolve(PLAIN), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (long at = 0; at < bytes; at += CHUNK) {
          MemorySegment chunk = memory.asSlice(at, CHUNK);
          ByteBuffer source = (buffered ? buffer.copyFrom(chunk) : chunk).asByteBuffer();
          while (source.hasRemaining()) {
            file.write(source);
          }
        }
        sample(how + ", s", (System.nanoTime() - start) / 1e9);
        file.force(true);
      }
      sample(how + " and fsync, s", (System.nanoTime() - start) / 1e9);
    }
  }

  private void plainRead(Arena arena) throws IOException {
    long start = System.nanoTime();
    MemorySegment memory = AnonymousMemory.map(bytes, 0, false, arena);
    try (FileChannel file = FileChannel.open(directory.resolve(PLAIN), StandardOpenOption.READ)) {
      for (long at = 0; at < bytes; at += CHUNK) {
        ByteBuffer chunk = memory.asSlice(at, CHUNK).asByteBuffer();
        while (chunk.hasRemaining()) {
          if (file.read(chunk) < 0) {
            throw new IOException("the file ends early");
          }
        }
      }
    }
    sample("plain read, s", (System.nanoTime() - start) / 1e9);
  }

  private CheckpointOptions options() {
    return CheckpointOptions.defaults().withStandstill(Standstill.holding(lock.writeLock()));
  }

  private void checkpoints() throws Exception {
    Path state = directory.resolve("state");
    write(state);
    long start = System.nanoTime();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(state)) {
      MemorySegment memory = checkpoints.segment("memory", bytes, arena);
      sample("restore, s", (System.nanoTime() - start) / 1e9);
      if (memory.get(ValueLayout.JAVA_LONG, 0) == 0) {
        throw new IllegalStateException("nothing was restored");
      }
    }
    FileTree.delete(state);
  }

  private void write(Path state) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(state, options())) {
      MemorySegment memory = checkpoints.segment("memory", bytes, arena);
      fill(memory, round);
      haveMemoryBacked();
      Checkpoint first = checkpoints.take().join();
      sample("first checkpoint, s", first.durable().toNanos() / 1e9);
      sample("first checkpoint, frozen, ms", first.frozen().toNanos() / 1e6);
      SplittableRandom random = new SplittableRandom(round);
      for (double changed : CHANGED) {
        for (long i = (long) (bytes / PAGE * changed); i > 0; i--) {
          memory.set(
              ValueLayout.JAVA_LONG, random.nextLong(bytes / PAGE) * PAGE, random.nextLong() | 1);
        }
        haveMemoryBacked();
        Checkpoint next = checkpoints.take().join();
        String name = named(changed);
        sample(name + ", durable, ms", next.durable().toNanos() / 1e6);
        sample(name + ", frozen, ms", next.frozen().toNanos() / 1e6);
        sample(name + ", % of the bytes on disk", 100.0 * size(next.set()) / bytes);
      }
    }
  }

  /**
   * A program that reads all over its memory and writes 1 % of its pages each second, with
   * checkpoints; before, when nothing is tracked yet; and after, when nothing is tracked any more.
   * All in the same memory, since what is mapped anew may be several times as slow, by what the
   * host backs it with. Three rounds after one.
   */
  private void slowdown() throws Exception {
    Path state = directory.resolve("slowdown");
    List<Double> frozen = Collections.synchronizedList(new ArrayList<>());
    CheckpointOptions options =
        options()
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void taken(Checkpoint checkpoint) {
                    frozen.add(checkpoint.frozen().toNanos() / 1e6);
                  }
                });
    int last = Math.min(rounds, 3);
    for (round = -1; round < last; round++) {
      System.err.printf("slowdown, round %d of %d%n", round + 1, last);
      try (Arena arena = Arena.ofShared()) {
        double before;
        double watched;
        MemorySegment memory;
        try (Checkpoints checkpoints = Checkpoints.open(state, options)) {
          memory = checkpoints.segment("memory", bytes, arena);
          fill(memory, round);
          before = work(memory);
          checkpoints.take().join();
          frozen.clear();
          checkpoints.takeEvery(PERIOD);
          watched = work(memory);
        }
        double after = work(memory);
        sample("with a steady writer, longest frozen, ms", Collections.max(frozen));
        sample("slowdown, a checkpoint every 5 s, x", (before + after) / 2 / watched);
        sample("what it did before, of what it did after, x", before / after);
      }
      FileTree.delete(state);
    }
  }

  /** Rounds of the loop a second. */
  private double work(MemorySegment memory) {
    SplittableRandom random = new SplittableRandom(1);
    long pages = bytes / PAGE;
    long start = System.nanoTime();
    long writes = 0;
    long loops = 0;
    long sum = 0;
    while (System.nanoTime() - start < RUN_NANOS) {
      for (int i = 0; i < 10_000; i++) {
        sum += memory.get(ValueLayout.JAVA_LONG, random.nextLong(pages) * PAGE);
      }
      loops++;
      double seconds = (System.nanoTime() - start) / 1e9;
      lock.readLock().lock();
      for (; writes < seconds * pages / 100; writes++) {
        memory.set(ValueLayout.JAVA_LONG, random.nextLong(pages) * PAGE, sum | 1);
      }
      lock.readLock().unlock();
    }
    return loops / ((System.nanoTime() - start) / 1e9);
  }

  private void sample(String name, double value) {
    if (round >= 0) {
      double[] values = samples.computeIfAbsent(name, key -> new double[rounds]);
      values[round] = value;
    }
  }

  private static double[] sorted(double[] values) {
    return Arrays.stream(values).filter(value -> value != 0).sorted().toArray();
  }

  private static double median(double[] values) {
    double[] sorted = sorted(values);
    return sorted[sorted.length / 2];
  }

  private void print() {
    System.out.println("| what | median | least | most |");
    System.out.println("|---|---|---|---|");
    samples.forEach(
        (name, values) -> {
          double[] sorted = sorted(values);
          System.out.printf(
              Locale.ROOT,
              "| %s | %.3f | %.3f | %.3f |%n",
              name,
              sorted[sorted.length / 2],
              sorted[0],
              sorted[sorted.length - 1]);
        });
  }

  private static String named(double changed) {
    return "%.1f %% changed".formatted(changed * 100);
  }

  private Chart chart() {
    return new Chart(
        "A checkpoint of %d MiB".formatted(bytes >> 20),
        "pages changed, %",
        "until durable, ms; median",
        false,
        false,
        Arrays.stream(CHANGED).mapToObj(part -> "%.1f".formatted(part * 100)).toList(),
        Map.of(
            "durable",
            Arrays.stream(CHANGED)
                .map(
                    part ->
                        median(Objects.requireNonNull(samples.get(named(part) + ", durable, ms"))))
                .toArray()));
  }

  private static long size(Path set) throws IOException {
    try (Stream<Path> files = Files.list(set)) {
      long size = 0;
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        size += Files.size(file);
      }
      return size;
    }
  }
}
