package dev.ooh.integration.application;

import dev.ooh.integration.bundles.BundleFolder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.Bundle;

/** A process that is killed: the bundle folder, with a probe as a part of the checkpointer. */
public final class EngineLife {
  private EngineLife() {}

  /**
   * Calls the probe.
   *
   * @param arguments an empty folder for the framework, the probe's jar, its class
   */
  public static void main(String[] arguments) throws Exception {
    try (BundleFolder folder = BundleFolder.start(Path.of(arguments[0]));
        InputStream jar = Files.newInputStream(Path.of(arguments[1]))) {
      folder.context().installBundle("probe:life", jar);
      Bundle host = folder.bundle(CheckpointerProbes.HOST);
      folder.refresh(host);
      BundleFolder.call(host, arguments[2]);
    }
  }
}
