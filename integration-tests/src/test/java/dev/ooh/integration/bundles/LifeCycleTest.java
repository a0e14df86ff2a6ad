package dev.ooh.integration.bundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Takes every bundle out of the running framework in turn, and puts it back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeCycleTest {
  /** Longer than any limit of the core's for leases and departing techniques. */
  private static final Duration LIMIT = Duration.ofSeconds(300);

  private BundleFolder folder;

  /** Does something to a bundle; afterwards everything must be as before. */
  @FunctionalInterface
  private interface Action {
    void on(Bundle bundle) throws Exception;
  }

  @BeforeAll
  void start(@TempDir Path storage) throws Exception {
    folder = BundleFolder.start(storage);
  }

  @AfterAll
  void stop() throws Exception {
    folder.close();
  }

  @TestFactory
  List<DynamicTest> refreshed() {
    return eachBundle(bundle -> folder.refresh(bundle));
  }

  @TestFactory
  List<DynamicTest> stoppedAndStarted() {
    return eachBundle(
        bundle -> {
          bundle.stop();
          bundle.start();
        });
  }

  @TestFactory
  List<DynamicTest> updated() {
    return eachBundle(
        bundle -> {
          bundle.update();
          folder.refresh();
        });
  }

  @TestFactory
  List<DynamicTest> uninstalledAndInstalled() {
    return eachBundle(
        bundle -> {
          String location = bundle.getLocation();
          int level = bundle.adapt(BundleStartLevel.class).getStartLevel();
          List<Bundle> dependents = folder.dependents(bundle);
          List<Bundle> others = new ArrayList<>(folder.bundles());
          others.removeAll(dependents);

          bundle.uninstall();
          folder.refresh();
          folder.settle();
          assertThat(others).allSatisfy(LifeCycleTest::isActive);

          Bundle again = folder.context().installBundle(location);
          again.adapt(BundleStartLevel.class).setStartLevel(level);
          again.start();
          for (Bundle dependent : folder.bundles()) {
            if (dependent.getState() != Bundle.ACTIVE) {
              dependent.start();
            }
          }
        });
  }

  private List<DynamicTest> eachBundle(Action action) {
    return folder.bundles().stream()
        .map(Bundle::getSymbolicName)
        .sorted()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Assertions.assertTimeoutPreemptively(
                          LIMIT,
                          () -> {
                            action.on(folder.bundle(name));
                            folder.settle();
                          });
                      assertThat(folder.bundles()).allSatisfy(LifeCycleTest::isActive);
                      assertThatCode(this::serves).doesNotThrowAnyException();
                    }))
        .toList();
  }

  /** The services that everything lives on are back, once each; meters and recordings observe. */
  private void serves() throws Exception {
    for (String type :
        List.of(
            "dev.ooh.memory.IntervalSource",
            "dev.ooh.tracking.TrackingControl",
            "dev.ooh.weaving.WeavingReport")) {
      assertThat(folder.context().getAllServiceReferences(type, null)).as(type).hasSize(1);
    }
    String observers = "dev.ooh.tracking.TrackingObserver";
    assertThat(folder.context().getAllServiceReferences(observers, null)).hasSize(2);
  }

  private static void isActive(Bundle bundle) {
    assertThat(bundle.getState()).as(bundle.getSymbolicName()).isEqualTo(Bundle.ACTIVE);
  }
}
