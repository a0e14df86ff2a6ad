package dev.ooh.integration.bundles;

import dev.ooh.launcher.Console;
import dev.ooh.launcher.RunningFramework;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The very bundle folder that {@code ooh} runs, started as the launcher starts it. The API is not
 * on the class path of the tests, so every package comes from its bundle; code that uses the API
 * runs as a {@linkplain ProbeBundle probe} inside the framework.
 */
public final class BundleFolder implements AutoCloseable {
  /** What the launcher was given by the build. */
  public static final Path HOME = Path.of(System.getProperty("ooh.home")).normalize();

  private static final long REFRESH_SECONDS = 300;

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final RunningFramework framework;

  private BundleFolder(Path storage) throws IOException, BundleException {
    PrintStream print = new PrintStream(console, true, StandardCharsets.UTF_8);
    framework =
        RunningFramework.start(HOME.resolve("bundles"), storage, new Console(print, print, false));
  }

  /** Starts all bundles; {@code storage} is an empty folder. */
  public static BundleFolder start(Path storage) throws IOException, BundleException {
    return new BundleFolder(storage);
  }

  /** Every jar of the folder, in order of start level and name. */
  public static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.walk(HOME.resolve("bundles"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  public BundleContext context() {
    return framework.context();
  }

  /** All bundles but the framework itself. */
  public List<Bundle> bundles() {
    return Arrays.stream(context().getBundles())
        .filter(bundle -> bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID)
        .toList();
  }

  public Bundle bundle(String symbolicName) {
    return bundles().stream()
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
  }

  /** What the launcher would have told its user. */
  public List<String> problems() {
    return console.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Refreshes bundles, all that need it when none are given, and waits for it. */
  public void refresh(Bundle... bundles) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    wiring().refreshBundles(bundles.length == 0 ? null : List.of(bundles), e -> done.countDown());
    if (!done.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("refresh took longer than " + REFRESH_SECONDS + " s");
    }
  }

  /**
   * Waits for refreshes that others asked for, such as a weaver that came back: the framework makes
   * one at a time, in the order in which they were asked for.
   */
  public void settle() throws InterruptedException {
    refresh();
  }

  /** The bundles that have to be refreshed with {@code bundle}, itself included. */
  public List<Bundle> dependents(Bundle bundle) {
    return List.copyOf(wiring().getDependencyClosure(List.of(bundle)));
  }

  /** Installs and starts {@code probe}; its class must have a public no-argument constructor. */
  public Bundle install(ProbeBundle probe) throws BundleException {
    Bundle bundle = context().installBundle("probe:" + probe.symbolicName(), probe.toStream());
    bundle.start();
    return bundle;
  }

  /** Makes the object of an installed probe and calls it. */
  @SuppressWarnings("unchecked")
  public static <T> T call(Bundle probe, String type) throws Exception {
    return ((Callable<T>) probe.loadClass(type).getConstructor().newInstance()).call();
  }

  private FrameworkWiring wiring() {
    return context().getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
  }

  @Override
  public void close() throws BundleException {
    framework.close();
  }
}
