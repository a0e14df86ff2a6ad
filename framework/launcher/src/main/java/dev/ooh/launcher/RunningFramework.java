package dev.ooh.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Felix, started on a bundle folder: {@code FOLDER/N/*.jar} are the bundles of start level N, from
 * 1 on. All of a level are started before any of the next, so that a weaver is there before the
 * classes it weaves.
 */
public final class RunningFramework implements AutoCloseable {
  private static final long STOP_MILLIS = 10_000;

  /** Far more than anything but a listener that hangs takes. */
  private static final long TOLD_SECONDS = 60;

  private final Framework framework;

  private RunningFramework(Framework framework) {
    this.framework = framework;
  }

  /**
   * Starts; returns when the last start level is reached and all problems on the way are told. A
   * bundle that can't start is one problem on the console, and the others are not affected.
   */
  public static RunningFramework start(Path bundles, Path storage, Console console)
      throws IOException, BundleException {
    TreeMap<Integer, Path> levels = levels(bundles);
    Map<String, String> configuration = new HashMap<>();
    configuration.put(Constants.FRAMEWORK_STORAGE, storage.toString());
    configuration.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(levels.lastKey()));
    // A flight recording weaves this package into the classes of events, whoever loads them.
    configuration.put(Constants.FRAMEWORK_BOOTDELEGATION, "jdk.jfr.internal.event");
    configuration.put("felix.service.urlhandlers", "false");
    // Problems come as framework events, and are told once.
    configuration.put("felix.log.level", "0");
    configuration.put("ds.loglevel", console.verbose() ? "warn" : "error");
    Framework framework = new FrameworkFactory().newFramework(configuration);
    framework.init(event -> report(event, console));
    BundleContext context = framework.getBundleContext();
    // Events are told by a thread of the framework's, one behind the other, and this is the last.
    CountDownLatch told = new CountDownLatch(1);
    context.addFrameworkListener(
        event -> {
          report(event, console);
          if (event.getType() == FrameworkEvent.STARTED) {
            told.countDown();
          }
        });
    for (Map.Entry<Integer, Path> level : levels.entrySet()) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(level.getValue(), "*.jar")) {
        for (Path jar : jars) {
          Bundle bundle = context.installBundle("reference:" + jar.toUri());
          bundle.adapt(BundleStartLevel.class).setStartLevel(level.getKey());
          if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
          }
        }
      }
    }
    framework.start();
    await(told);
    return new RunningFramework(framework);
  }

  /** The system bundle's. */
  public BundleContext context() {
    return framework.getBundleContext();
  }

  /** Stops all bundles; waits for that, but not for ever. */
  @Override
  public void close() throws BundleException {
    framework.stop();
    try {
      framework.waitForStop(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch told) {
    try {
      boolean _ = told.await(TOLD_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TreeMap<Integer, Path> levels(Path bundles) throws IOException {
    TreeMap<Integer, Path> levels = new TreeMap<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(bundles, "[1-9]*")) {
      for (Path folder : folders) {
        levels.put(Integer.valueOf(folder.getFileName().toString()), folder);
      }
    }
    if (levels.isEmpty()) {
      throw new IOException("no bundles in " + bundles + ", wanted folders 1, 2, … of jars");
    }
    return levels;
  }

  private static void report(FrameworkEvent event, Console console) {
    if (event.getType() == FrameworkEvent.ERROR) {
      console.problem(
          "bundle "
              + event.getBundle().getSymbolicName()
              + ": "
              + Failures.line(event.getThrowable()),
          event.getThrowable());
    }
  }
}
