package dev.ooh.integration.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ooh.integration.bundles.BundleFolder;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Engines that are dumped on and on while their threads work, killed with SIGKILL again and again,
 * whatever they are doing, and each time brought back from the newest set: in the end they hold
 * what a run without all this leaves.
 */
class KilledEnginesTest {
  private static final String DUMPED = "dumped ";
  private static final String FROM = "lives from ";
  private static final String UNFINISHED = " beside an unfinished one";

  private final long seed = Long.getLong("ooh.first-seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  /** Of the newest set that a process said was durable. */
  private String newest = "";

  private int lives;

  /** Lives that began beside a set that the one before was killed in. */
  private int besideUnfinished;

  @TempDir private Path folder;

  /** An engine on a substrate, under a technique. */
  private record Subject(String engine, String substrate, String technique) {}

  /**
   * Where sets go.
   *
   * @param uri ends in a slash
   * @param options of JVMs that are to find it
   * @param classPath what they need to find it, beside the bundles
   */
  private record Place(String uri, List<String> options, List<Path> classPath) {}

  static List<Subject> subjects() {
    return List.of(
        new Subject("baby", "virtual", "epml"),
        new Subject("baby", "linux", "uffd"),
        new Subject("cache", "virtual", "spml"),
        new Subject("cache", "linux", "procfs"),
        new Subject("stdhash", "virtual", "uffd"),
        new Subject("stdhash", "linux", "uffd"),
        new Subject("stdtree", "virtual", "procfs"),
        new Subject("stdtree", "linux", "procfs"),
        new Subject("tiny", "virtual", "epml"),
        new Subject("tiny", "linux", "uffd"));
  }

  private Place directory() {
    return new Place(folder.toUri().toString(), List.of(), List.of());
  }

  @Test
  void itsThreadsGoOnFromTheNewestSet() throws Exception {
    killAndLetGoOn(new Subject("baby", "linux", "procfs"), 3, directory());
  }

  @ParameterizedTest
  @MethodSource("subjects")
  @Tag("soak")
  void itsThreadsGoOnFromTheNewestSetAllTheTimes(Subject subject) throws Exception {
    killAndLetGoOn(subject, 10, directory());
  }

  @Test
  @Tag("soak")
  void theyGoOnFromAnObjectStore() throws Exception {
    List<Path> classPath = LoopbackStore.classPath(folder);
    for (Subject subject : subjects()) {
      try (LoopbackStore store = new LoopbackStore()) {
        newest = "";
        killAndLetGoOn(subject, 5, new Place(store.uri() + "/", store.options(), classPath));
      }
    }
    assertThat(besideUnfinished).as("of %d lives, seed %d", lives, seed).isPositive();
  }

  private void killAndLetGoOn(Subject subject, int kills, Place place) throws Exception {
    int killed = 0;
    int run = 0;
    boolean whole = false;
    while (killed < kills || !whole) {
      if (whole) { // it was at its end before it could be killed often enough
        run++;
        newest = "";
      }
      Process process = start(subject, place, "images-" + run);
      whole = killed >= kills ? liveToTheEnd(process) : !killOnTheWay(process);
      killed += whole ? 0 : 1;
    }
  }

  /** Returns false if the process came to its end first. */
  private boolean killOnTheWay(Process process) throws Exception {
    int dumps = random.nextInt(1, 3);
    try (BufferedReader out = process.inputReader()) {
      checkFrom(out.readLine());
      long since = System.nanoTime();
      long took = 1;
      while (dumps > 0) {
        String line = said(out);
        if (!line.startsWith(DUMPED)) {
          checkResult(line);
          return false;
        }
        newest = line.substring(DUMPED.length());
        dumps--;
        took = System.nanoTime() - since;
        since += took;
      }
      LockSupport.parkNanos(random.nextLong(took)); // somewhere in the steps to the next, or in it
      process.toHandle().destroyForcibly(); // the process itself would close what it said
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(DUMPED)) {
          newest = line.substring(DUMPED.length());
        } else {
          checkResult(line);
          return false;
        }
      }
      return true;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private boolean liveToTheEnd(Process process) throws Exception {
    try (BufferedReader out = process.inputReader()) {
      checkFrom(out.readLine());
      String line = said(out);
      while (line.startsWith(DUMPED)) {
        line = said(out);
      }
      checkResult(line);
      return true;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private String said(BufferedReader out) throws IOException {
    String line = out.readLine();
    assertThat(line).as("seed %d life %d: it ended", seed, lives).isNotNull();
    return line;
  }

  /** What was said to be durable is there; a set after it may be, too. */
  private void checkFrom(String line) {
    assumeFalse(line != null && line.startsWith("refused"), line);
    assertThat(line).as("seed %d life %d", seed, lives).startsWith(FROM);
    String from = line.substring(FROM.length());
    if (from.endsWith(UNFINISHED)) {
      besideUnfinished++;
      from = from.substring(0, from.length() - UNFINISHED.length());
    }
    if (newest.isEmpty()) {
      assertThat(from).as("seed %d life %d", seed, lives).isEqualTo("nothing");
    } else {
      assertThat(from).as("seed %d life %d", seed, lives).isGreaterThanOrEqualTo(newest);
    }
  }

  private void checkResult(String line) {
    String[] words = line.split(" ");
    assertThat(words).as("seed %d life %d: %s", seed, lives, line).hasSize(4).startsWith("result");
    assertThat(words[1]).as("seed %d life %d", seed, lives).isEqualTo(words[3]);
  }

  /** With the bundles on a plain class path: a framework would take longer than the rest. */
  private Process start(Subject subject, Place place, String images) throws IOException {
    lives++;
    Path tests = Path.of(System.getProperty("ooh.top"), "integration-tests/target/test-classes");
    List<Path> jars = new ArrayList<>(place.classPath());
    jars.add(tests);
    jars.addAll(BundleFolder.jars());
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(place.options());
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            "dev.ooh.integration.probe.checkpoint.EngineLife",
            subject.engine(),
            subject.substrate(),
            subject.technique(),
            place.uri() + images));
    return new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
