package dev.ooh.example.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VersionedMapTest {
  private static final int KEYS = 300;

  /** Of which the garbage of a test needs several. */
  private final CollectedSpace space = new CollectedSpace(16 << 20);

  @AfterEach
  void close() {
    space.close();
  }

  /** A version that is kept, and what it must hold. */
  private record Pair(VersionedMap.Kept kept, Map<Long, Long> model) {
    void check(String seed) {
      for (long key = 0; key < KEYS; key++) {
        Long wanted = model.get(key);
        assertThat(kept.get(key))
            .as(seed)
            .isEqualTo(wanted == null ? OptionalLong.empty() : OptionalLong.of(wanted));
      }
    }
  }

  @Test
  void keptVersionsStayWhileOthersAreCollected() {
    space.run(this::keepSomeVersions);
  }

  private void keepSomeVersions() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    VersionedMap map = new VersionedMap(space.heap());
    Map<Long, Long> model = new HashMap<>();
    List<Pair> pairs = new ArrayList<>();
    for (long i = 0; i < 100_000; i++) {
      long key = random.nextLong(KEYS);
      map.put(key, i);
      model.put(key, i);
      if (random.nextInt(1000) == 0) {
        pairs.add(new Pair(map.keep(), Map.copyOf(model)));
      }
      if (pairs.size() > 5) {
        Pair gone = pairs.remove(random.nextInt(pairs.size()));
        gone.check("seed " + seed);
        gone.kept().close();
      }
    }
    pairs.add(new Pair(map.keep(), Map.copyOf(model)));
    pairs.forEach(pair -> pair.check("seed " + seed));
    assertThat(space.heap().cycles()).as("seed %d", seed).isNotEmpty();
  }

  @Test
  void noMoreVersionsAreKeptThanThereIsRoomFor() {
    space.run(
        () -> {
          VersionedMap map = new VersionedMap(space.heap());
          for (int i = 0; i < VersionedMap.MOST_KEPT; i++) {
            map.keep();
          }
          assertThatThrownBy(map::keep).hasMessage("1024 versions are kept, wanted fewer");
        });
  }

  /** The program's heap holds a fraction of what it allocates. */
  @Test
  void theProgramRuns() {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      Versions.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("key 42 is mapped to ", "1000000 versions, 10 kept; collected ");
  }

  /** What the page shows of the example is what was compiled. */
  @Test
  void thePageShowsTheSource() throws IOException {
    StringBuilder sources = new StringBuilder();
    for (String name : List.of("CollectedSpace", "VersionedMap", "Versions", "Cleaners")) {
      Path file = Path.of("src/main/java/dev/ooh/example/collector/" + name + ".java");
      sources.append(plain(Files.readString(file)));
    }
    List<String> shown =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../collector.md")))
            .results()
            .map(match -> plain(match.group(1)))
            .toList();
    assertThat(shown).isNotEmpty().allSatisfy(it -> assertThat(sources).contains(it));
  }

  /** Without indentation, which differs. */
  private static String plain(String text) {
    return text.lines().map(String::strip).reduce("", (all, line) -> all + line + "\n");
  }
}
