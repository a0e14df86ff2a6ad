package dev.ooh.integration.application;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Probes that are a part of the checkpointer's bundle, whose packages are its own. */
final class CheckpointerProbes {
  static final String PACKAGE = "dev.ooh.integration.probe.checkpoint";
  static final String HOST = "dev.ooh.criu-demo";

  private CheckpointerProbes() {}

  static ProbeBundle fragment() throws Exception {
    List<Path> jars =
        BundleFolder.jars().stream()
            .filter(
                jar -> jar.getFileName().toString().matches("(workloads|criu-demo|image-sets)-.*"))
            .toList();
    return ProbeBundle.of(
        PACKAGE, jars, Map.of("Fragment-Host", HOST, "Import-Package", "!dev.ooh.criu.*,*"));
  }
}
