package dev.ooh.benchmarks;

import dev.ooh.checkpoints.CheckpointOptions;
import dev.ooh.checkpoints.Checkpoints;
import dev.ooh.linux.substrate.AnonymousMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Eager and lazy restores of a segment beside reads of the same files into freshly mapped memory,
 * in turn: of a chain of 1, and of chains of 16 whose later sets changed 1 % of the pages each,
 * once in a stretch and once here and there, taken by a program that restores lazily. Prints a
 * Markdown table of medians.
 *
 * <p>The first lazy restore of the JVM is told apart: it loads and links everything.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.RestoreComparison [MEBIBYTES [ROUNDS [DIRECTORY]]]}
 */
final class RestoreComparison {
  private static final int PAGE = 4096;
  private static final int CHUNK = 1 << 20;
  private static final int ROUNDS = 7;
  private static final int SETS = 16;

  private final long bytes;
  private final Path directory;
  private final Map<String, List<Double>> samples = new LinkedHashMap<>();
  private boolean warm;

  private RestoreComparison(long bytes, Path directory) {
    this.bytes = bytes;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    long mebibytes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1024;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    Path parent = Path.of(arguments.length > 2 ? arguments[2] : ".");
    Path directory = Files.createTempDirectory(parent, "restores");
    try {
      RestoreComparison comparison = new RestoreComparison(mebibytes << 20, directory);
      List<Chain> chains =
          List.of(
              new Chain("chain of 1", 1, false),
              new Chain("chain of 16, stretches", SETS, false),
              new Chain("chain of 16, here and there", SETS, true));
      for (Chain chain : chains) {
        System.err.println("writing " + chain.name());
        comparison.write(chain);
      }
      for (int round = -1; round < rounds; round++) {
        System.err.printf("round %d of %d%n", round + 1, rounds);
        for (Chain chain : chains) {
          comparison.compare(chain);
        }
        comparison.warm = true;
      }
      System.out.printf(
          "%d MiB of random bytes, %s, medians (least to most) of %d rounds after one, ms%n%n",
          mebibytes, Files.getFileStore(directory).type(), rounds);
      comparison.print();
    } finally {
      FileTree.delete(directory);
    }
  }

  /**
   * Sets to restore from.
   *
   * @param scattered whether the pages that a set changed are spread at random
   */
  private record Chain(String name, int sets, boolean scattered) {}

  private Path place(Chain chain) {
    return directory.resolve(chain.name().replaceAll("[ ,]+", "-"));
  }

  private static CheckpointOptions options() {
    return CheckpointOptions.defaults().withLongestChain(2 * SETS);
  }

  private void write(Chain chain) throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    long pages = bytes / PAGE;
    int changed = (int) (pages / 100);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = lazily(chain)) {
      MemorySegment memory = checkpoints.segment("memory", bytes, arena);
      for (long at = 0; at < bytes; at += Long.BYTES) {
        memory.set(ValueLayout.JAVA_LONG, at, random.nextLong() | 1);
      }
      checkpoints.take().join();
      for (int set = 1; set < chain.sets(); set++) {
        long first = random.nextLong(pages - changed);
        for (int i = 0; i < changed; i++) {
          long page = chain.scattered() ? random.nextLong(pages) : first + i;
          memory.set(ValueLayout.JAVA_LONG, page * PAGE, random.nextLong() | 1);
        }
        checkpoints.take().join();
      }
    }
  }

  private void compare(Chain chain) throws Exception {
    sample(chain, "read(2)", read(chain));
    try (Arena arena = Arena.ofShared()) {
      long start = System.nanoTime();
      try (Checkpoints checkpoints = Checkpoints.open(place(chain), options())) {
        touch(checkpoints.segment("memory", bytes, arena));
        sample(chain, "eager restore", System.nanoTime() - start);
      }
    }
    try (Arena arena = Arena.ofShared()) {
      long start = System.nanoTime();
      try (Checkpoints checkpoints = lazily(chain)) {
        MemorySegment memory = checkpoints.segment("memory", bytes, arena);
        touch(memory);
        sample(chain, "lazy restore, usable", System.nanoTime() - start);
        checkpoints.verified().join();
        sample(chain, "lazy restore, verified", System.nanoTime() - start);
      }
    }
  }

  private Checkpoints lazily(Chain chain) throws Exception {
    return Checkpoints.openLazily(
        place(chain),
        options(),
        damage -> {
          throw new UncheckedIOException(damage);
        });
  }

  private static void touch(MemorySegment memory) {
    if (memory.get(ValueLayout.JAVA_LONG, 0) == 0) {
      throw new IllegalStateException("nothing was restored");
    }
  }

  /** All pages files of a chain's sets, one behind the other. */
  private long read(Chain chain) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(place(chain))) {
      files =
          found
              .filter(it -> it.getFileName().toString().startsWith("pages-"))
              .filter(it -> it.getName(it.getNameCount() - 2).toString().startsWith("set-"))
              .toList();
    }
    long total = 0;
    for (Path file : files) {
      total += Files.size(file);
    }
    try (Arena arena = Arena.ofShared()) {
      long start = System.nanoTime();
      MemorySegment memory = AnonymousMemory.map(total, 0, false, arena);
      long at = 0;
      for (Path file : files) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          long end = at + channel.size();
          while (at < end) {
            ByteBuffer chunk = memory.asSlice(at, Math.min(CHUNK, end - at)).asByteBuffer();
            at += channel.read(chunk);
          }
        }
      }
      return System.nanoTime() - start;
    }
  }

  private void sample(Chain chain, String what, long nanos) {
    String key = chain.name() + " | " + (warm || what.equals("read(2)") ? what : what + ", first");
    samples.computeIfAbsent(key, name -> new ArrayList<>()).add(nanos / 1e6);
  }

  private void print() {
    System.out.println("| chain | work | ms |\n|---|---|---|");
    samples.forEach(
        (what, times) -> {
          double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
          Arrays.sort(sorted);
          System.out.printf(
              Locale.ROOT,
              "| %s | %.2f (%.2f to %.2f) |%n",
              what,
              sorted[sorted.length / 2],
              sorted[0],
              sorted[sorted.length - 1]);
        });
  }
}
