package dev.ooh.integration.bundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundleFolderTest {
  private BundleFolder folder;

  @BeforeAll
  void start(@TempDir Path storage) throws Exception {
    folder = BundleFolder.start(storage);
  }

  @AfterAll
  void stop() throws Exception {
    folder.close();
  }

  @Test
  void theApiIsNotOnTheClassPathOfTheTests() {
    assertThatThrownBy(() -> Class.forName("dev.ooh.memory.PageSet"))
        .isInstanceOf(ClassNotFoundException.class);
    assertThatThrownBy(() -> Class.forName("dev.ooh.weaving.WeavingReport"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void everyBundleStarts() {
    assertThat(folder.bundles())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            bundle ->
                assertThat(bundle.getState())
                    .as(bundle.getSymbolicName())
                    .isEqualTo(Bundle.ACTIVE));
    assertThat(folder.problems()).isEmpty();
  }

  @Test
  void theRoomsAreThere() {
    assertThat(folder.bundles().stream().map(Bundle::getSymbolicName))
        .contains(
            "dev.ooh.tracking-api",
            "dev.ooh.tracking-core",
            "dev.ooh.metering",
            "dev.ooh.weaving",
            "dev.ooh.write-barrier",
            "dev.ooh.cli",
            "dev.ooh.virtual-hardware",
            "dev.ooh.linux-memory",
            "dev.ooh.spml-plugin",
            "dev.ooh.epml-plugin",
            "dev.ooh.spp-plugin",
            "dev.ooh.procfs-plugin",
            "dev.ooh.uffd-plugin",
            "dev.ooh.workloads",
            "dev.ooh.gc-demo",
            "dev.ooh.criu-demo");
  }

  @Test
  void theCommandsAreThere() throws Exception {
    ServiceReference<?>[] commands =
        folder.context().getAllServiceReferences(ToIntFunction.class.getName(), "(ooh.command=*)");
    assertThat(Arrays.stream(commands).map(command -> command.getProperty("ooh.command")))
        .contains("demo", "techniques", "micro", "gc", "checkpoint", "restore", "shell");
    assertThat(commands).allMatch(command -> command.getProperty("ooh.summary") != null);
  }

  @Test
  void theTechniquesAndSubstratesAreThere() throws Exception {
    assertThat(serviceCount("dev.ooh.tracking.TrackingTechnique")).isGreaterThanOrEqualTo(5);
    assertThat(serviceCount("dev.ooh.memory.Substrate")).isGreaterThanOrEqualTo(2);
    assertThat(serviceCount("dev.ooh.memory.IntervalSource")).isEqualTo(1);
    assertThat(serviceCount("dev.ooh.weaving.WeavingReport")).isEqualTo(1);
  }

  private int serviceCount(String type) throws Exception {
    ServiceReference<?>[] found = folder.context().getAllServiceReferences(type, null);
    return found == null ? 0 : List.of(found).size();
  }
}
