package dev.ooh.integration.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** Write barriers in the framework: woven while the classes are loaded, whenever that is. */
class WriteBarrierInBundlesTest {
  private static final String PROBE = "dev.ooh.integration.probe.departure";
  private static final String BARRIER = "dev.ooh.write-barrier";

  private BundleFolder folder;
  private Bundle probe;

  @TempDir private Path storage;

  @BeforeEach
  void start() throws Exception {
    start("first");
  }

  private void start(String name) throws Exception {
    folder = BundleFolder.start(storage.resolve(name));
    probe = folder.install(ProbeBundle.of(PROBE, Map.of()));
  }

  @AfterEach
  void stop() throws Exception {
    folder.close();
  }

  @Test
  void isCompleteWithoutAnyDoubt() throws Exception {
    assertThat(track(() -> null)).containsExactly("complete");
  }

  @Test
  void whatItWoveStaysWovenWhileItIsStopped() throws Exception {
    assertThat(track(() -> null)).containsExactly("complete");
    Bundle linux = folder.bundle("dev.ooh.linux-memory");
    BundleWiring wiring = linux.adapt(BundleWiring.class);
    Bundle barrier = folder.bundle(BARRIER);
    barrier.stop();
    barrier.start();
    folder.settle();
    assertThat(linux.adapt(BundleWiring.class)).isSameAs(wiring);
    assertThat(track(() -> null)).containsExactly("complete");
  }

  @Test
  void classesThatWereThereBeforeAreWovenAnew() throws Exception {
    Bundle barrier = folder.bundle(BARRIER);
    barrier.update();
    folder.settle();
    assertThat(folder.bundle("dev.ooh.linux-memory").getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(track(() -> null)).containsExactly("complete");
  }

  /** The weaver's own bundle would be refreshed with it. */
  @Test
  void aChosenClassThatTheWeaverRunsOnIsSaidToBeUnwoven() throws Exception {
    folder.close();
    System.setProperty("ooh.write-barrier.classes", "dev.ooh.memory.PageSet");
    try {
      start("second");
      assertThat(track(() -> null))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("the stores of dev.ooh.memory.PageSet were not woven")
                      .contains("its bundle carries the weaver"));
    } finally {
      System.clearProperty("ooh.write-barrier.classes");
    }
  }

  @SuppressWarnings("unchecked")
  private List<String> track(Callable<Void> action) throws Exception {
    Function<Map<String, Object>, List<String>> tracking =
        (Function<Map<String, Object>, List<String>>)
            probe.loadClass(PROBE + ".DepartureProbe").getConstructor().newInstance();
    return tracking.apply(
        Map.of("substrate", "linux", "technique", "write-barrier", "action", action));
  }
}
