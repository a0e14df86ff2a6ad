package dev.ooh.integration.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/**
 * Each in-memory engine is dumped on the way, abandoned, restored where it was or elsewhere, and
 * its threads come to the end that they would have come to, on both substrates; from a directory,
 * and from an object store.
 */
class EnginesGoOnTest {
  private static final String PROBE = "dev.ooh.integration.probe.checkpoint";
  private static final String HOST = "dev.ooh.criu-demo";

  private static final List<String> ENGINES =
      List.of("baby", "cache", "stdhash", "stdtree", "tiny");

  @Test
  void restoredEngineEndsAsIfNothingHadHappened(@TempDir Path storage) throws Exception {
    check(run(storage, storage.resolve("images").toUri().toString(), ENGINES), ENGINES);
  }

  @Test
  void oneComesBackFromAnObjectStore(@TempDir Path storage) throws Exception {
    try (LoopbackStore store = new LoopbackStore()) {
      check(run(storage, store.uri(), List.of("tiny")), List.of("tiny"));
    }
  }

  @Test
  @Tag("soak")
  void eachComesBackFromAnObjectStore(@TempDir Path storage) throws Exception {
    try (LoopbackStore store = new LoopbackStore()) {
      check(run(storage, store.uri(), ENGINES), ENGINES);
    }
  }

  /**
   * @param place the URI of where images go: a directory, or in a file system that a bundle of its
   *     own has
   */
  private static Map<String, List<Long>> run(Path storage, String place, List<String> engines)
      throws Exception {
    System.setProperty("ooh.probe.place", place);
    System.setProperty("ooh.probe.engines", String.join(",", engines));
    try (BundleFolder folder = BundleFolder.start(storage)) {
      if (place.startsWith("s3")) {
        folder.context().installBundle(LoopbackStore.bundle().toUri().toString()).start();
      }
      List<Path> jars =
          BundleFolder.jars().stream()
              .filter(
                  jar ->
                      jar.getFileName().toString().matches("(workloads|criu-demo|image-sets)-.*"))
              .toList();
      ProbeBundle fragment =
          ProbeBundle.of(
              PROBE, jars, Map.of("Fragment-Host", HOST, "Import-Package", "!dev.ooh.criu.*,*"));
      folder.context().installBundle("probe:" + PROBE, fragment.toStream());
      Bundle host = folder.bundle(HOST);
      folder.refresh(host);
      return BundleFolder.call(host, PROBE + ".CheckpointProbe");
    } finally {
      System.clearProperty("ooh.probe.place");
      System.clearProperty("ooh.probe.engines");
    }
  }

  private static void check(Map<String, List<Long>> all, List<String> wanted) {
    Map<String, List<Long>> results = new TreeMap<>(all);
    List<Long> twice = results.remove("twice");
    if (wanted.size() == ENGINES.size()) {
      assertThat(twice).as("threads on the virtual machine").hasSize(2);
      assertThat(twice.get(1)).isEqualTo(twice.get(0));
    }
    Map<String, List<String>> enginesBySubstrate =
        results.keySet().stream()
            .map(run -> run.split(" "))
            .collect(
                Collectors.groupingBy(
                    run -> run[1], Collectors.mapping(run -> run[0], Collectors.toList())));
    assertThat(enginesBySubstrate).containsKey("virtual"); // elsewhere real memory is refused
    assertThat(enginesBySubstrate.values())
        .allSatisfy(engines -> assertThat(engines).containsExactlyElementsOf(wanted));
    results.forEach(
        (run, found) -> {
          assertThat(found.get(0)).as(run).isEqualTo(found.get(1));
          if (!run.endsWith(" all-dirty")) { // else nobody asked which pages changed
            assertThat(found.get(2)).as(run).isPositive();
          }
        });
  }
}
