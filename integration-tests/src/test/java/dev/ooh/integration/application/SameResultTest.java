package dev.ooh.integration.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/**
 * The same application class comes to the same checksum on both substrates, whichever technique its
 * collected heap lives on; GCBench under every one, the others under some.
 */
class SameResultTest {
  private static final String PROBE = "dev.ooh.integration.probe.application";

  @Test
  void everyApplicationOnEverySubstrate(@TempDir Path storage) throws Exception {
    Map<String, List<Long>> results;
    try (BundleFolder folder = BundleFolder.start(storage)) {
      List<Path> jars =
          BundleFolder.jars().stream()
              .filter(jar -> jar.getFileName().toString().matches("(workloads|gc-demo)-.*"))
              .toList();
      Bundle probe = folder.install(ProbeBundle.of(PROBE, jars, Map.of()));
      results = BundleFolder.call(probe, PROBE + ".ApplicationProbe");
    }
    for (String technique : List.of("all-dirty", "spml", "epml", "procfs", "uffd", "spp")) {
      assertThat(results).containsKey("gcbench virtual " + technique);
      assertThat(results.keySet())
          .anyMatch(run -> run.matches("(?!gcbench).* virtual " + technique));
    }
    Map<String, Map<String, List<Long>>> byApplication =
        results.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    entry -> entry.getKey().substring(0, entry.getKey().indexOf(' ')),
                    Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    assertThat(byApplication)
        .containsOnlyKeys(
            "baby",
            "cache",
            "gcbench",
            "histogram",
            "kmeans",
            "matrix_multiply",
            "pca",
            "stdhash",
            "stdtree",
            "string_match",
            "tiny",
            "word_count");
    byApplication.values().forEach(SameResultTest::oneChecksum);
    boolean onLinux = results.containsKey("gcbench linux all-dirty"); // else it refuses
    for (Map<String, List<Long>> runs : byApplication.values()) {
      assertThat(runs.keySet().stream().filter(run -> run.contains(" virtual ")))
          .hasSizeGreaterThan(2);
      assertThat(runs.keySet().stream().anyMatch(run -> run.contains(" linux ")))
          .isEqualTo(onLinux);
    }
    gcBenchIsCollectedByChangedPages(byApplication.get("gcbench"));
  }

  private static void oneChecksum(Map<String, List<Long>> runs) {
    Map<String, String> checksums = new TreeMap<>();
    runs.forEach((run, result) -> checksums.put(run, Long.toHexString(result.getFirst())));
    assertThat(checksums.values().stream().distinct()).as(checksums.toString()).hasSize(1);
  }

  /** Else the runs would be one and the same. */
  private static void gcBenchIsCollectedByChangedPages(Map<String, List<Long>> runs) {
    runs.forEach(
        (run, result) -> {
          assertThat(result.get(1)).as(run).isGreaterThan(10);
          if (!run.endsWith(" all-dirty")) {
            assertThat(result.get(2)).as(run).isLessThan(result.get(1) / 2);
          }
        });
  }
}
