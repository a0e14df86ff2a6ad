package dev.ooh.integration.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/**
 * Each in-memory engine is dumped on the way, abandoned, restored, and comes to the end that it
 * would have come to, on both substrates.
 */
class EnginesGoOnTest {
  private static final String PROBE = "dev.ooh.integration.probe.checkpoint";
  private static final String HOST = "dev.ooh.criu-demo";

  @Test
  void restoredEngineEndsAsIfNothingHadHappened(@TempDir Path storage) throws Exception {
    Map<String, List<Long>> results;
    try (BundleFolder folder = BundleFolder.start(storage)) {
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
      results = BundleFolder.call(host, PROBE + ".CheckpointProbe");
    }
    Map<String, List<String>> enginesBySubstrate =
        results.keySet().stream()
            .map(run -> run.split(" "))
            .collect(
                Collectors.groupingBy(
                    run -> run[1], Collectors.mapping(run -> run[0], Collectors.toList())));
    assertThat(enginesBySubstrate).containsKey("virtual"); // elsewhere real memory is refused
    assertThat(enginesBySubstrate.values())
        .allSatisfy(
            engines ->
                assertThat(engines).containsExactly("baby", "cache", "stdhash", "stdtree", "tiny"));
    results.forEach(
        (run, found) -> {
          assertThat(found.get(0)).as(run).isEqualTo(found.get(1));
          if (!run.endsWith(" all-dirty")) { // else nobody asked which pages changed
            assertThat(found.get(2)).as(run).isPositive();
          }
        });
  }
}
