package dev.ooh.integration.departure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;

/** A technique's bundle goes, or is changed, in the middle of an interval: nothing is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DepartureTest {
  private static final String PROBE = "dev.ooh.integration.probe.departure";
  private static final Duration LIMIT = Duration.ofSeconds(300);

  private BundleFolder folder;
  private Bundle probe;

  @BeforeAll
  void start(@TempDir Path storage) throws Exception {
    folder = BundleFolder.start(storage);
    probe = folder.install(ProbeBundle.of(PROBE, Map.of()));
  }

  @AfterAll
  void stop() throws Exception {
    folder.close();
  }

  static List<Arguments> departures() {
    List<Arguments> all = new ArrayList<>();
    for (String action : List.of("stop", "update", "refresh", "uninstall")) {
      for (String technique : List.of("spml", "epml", "procfs", "uffd")) {
        all.add(Arguments.of(action, technique, "virtual"));
      }
      all.add(Arguments.of(action, "procfs", "linux"));
      all.add(Arguments.of(action, "uffd", "linux"));
      all.add(Arguments.of(action, "write-barrier", "linux"));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("departures")
  void theNextIntervalIsCompleteOrSaysAllAndWhy(String action, String technique, String substrate)
      throws Exception {
    Bundle bundle = bundleOf(technique);
    Callable<Void> act = () -> act(action, bundle);
    List<String> outcome =
        Assertions.assertTimeoutPreemptively(
            LIMIT,
            () ->
                probe()
                    .apply(Map.of("substrate", substrate, "technique", technique, "action", act)));
    assertThat(outcome).isNotEmpty();
    if (substrate.equals("virtual")) {
      assertThat(outcome).noneMatch(line -> line.startsWith("refused"));
    }
    putBack(bundle);
    assertThat(folder.bundles()).allMatch(found -> found.getState() == Bundle.ACTIVE);
  }

  private Bundle bundleOf(String technique) {
    String name = technique.equals("write-barrier") ? technique : technique + "-plugin";
    return folder.bundle("dev.ooh." + name);
  }

  private Void act(String action, Bundle bundle) throws Exception {
    switch (action) {
      case "stop" -> bundle.stop();
      case "update" -> bundle.update();
      case "refresh" -> folder.refresh(bundle);
      case "uninstall" -> {
        bundle.uninstall();
        folder.refresh();
      }
      default -> throw new AssertionError(action);
    }
    return null;
  }

  private void putBack(Bundle bundle) throws Exception {
    if (bundle.getState() == Bundle.UNINSTALLED) {
      Bundle again = folder.context().installBundle(bundle.getLocation());
      again.adapt(BundleStartLevel.class).setStartLevel(3);
      again.start();
    } else {
      bundle.start();
    }
    folder.settle();
    // A weaver that was refreshed itself asks for a refresh of what it is to weave.
    folder.settle();
  }

  @SuppressWarnings("unchecked")
  private Function<Map<String, Object>, List<String>> probe() throws Exception {
    return (Function<Map<String, Object>, List<String>>)
        probe.loadClass(PROBE + ".DepartureProbe").getConstructor().newInstance();
  }
}
