package dev.ooh.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/**
 * The conformance kit within the bundle folder: techniques go and come with their bundles in the
 * middle of intervals. {@code -Dooh.osgi-seeds=1000} runs as many schedules as a release needs.
 */
class ConformanceInBundlesTest {
  private static final String PROBE = "dev.ooh.integration.probe.conformance";

  @Test
  void everyTechniqueKeepsTheLaws(@TempDir Path storage) throws Exception {
    Path kit = kit();
    try (BundleFolder folder = BundleFolder.start(storage)) {
      folder.context().installBundle(kit.toUri().toString()).start();
      Bundle probe = folder.install(ProbeBundle.of(PROBE, List.of(kit), Map.of()));
      Map<String, String> verdicts = BundleFolder.call(probe, PROBE + ".ConformanceProbe");
      assertThat(verdicts).containsKeys("spml", "epml", "procfs", "uffd");
      assertThat(verdicts.values()).allSatisfy(verdict -> assertThat(verdict).startsWith("Passed"));
    }
  }

  private static Path kit() throws IOException {
    Path target = Path.of(System.getProperty("ooh.top"), "framework/conformance-kit/target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches("conformance-kit-.*\\.jar"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no jar of the kit in " + target));
    }
  }
}
