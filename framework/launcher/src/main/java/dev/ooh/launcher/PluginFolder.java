package dev.ooh.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The user's own bundles: the jars of a folder, installed and started as they appear, updated as
 * they change, uninstalled as they go. A jar that is still being copied waits, because a jar's
 * directory is its end. What can't be used is one problem on the console, told once a version of
 * the file; the other jars are not affected. A folder that can't be read is told once, too, until
 * it can be.
 *
 * <p>The folder need not exist, and may come and go. {@link #scan} and {@link #close} may be called
 * by any thread.
 */
final class PluginFolder implements AutoCloseable {
  private static final long POLL_MILLIS = 250;

  /** A file that can't be read as a jar and has not changed for so long will not become one. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Path folder;
  private final BundleContext context;
  private final Console console;
  private final Map<Path, Plugin> plugins = new HashMap<>();

  /** What the last scan failed by, which the next one, a moment later, need not repeat. */
  private @Nullable String told;

  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("plugin-folder").factory());

  PluginFolder(Path folder, BundleContext context, Console console) {
    this.folder = folder;
    this.context = context;
    this.console = console;
  }

  /** Scans once, and from then on in the background. */
  void watch() {
    scan();
    watcher.scheduleWithFixedDelay(this::scan, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Brings the installed bundles up to the folder's contents. */
  synchronized void scan() {
    try {
      Map<Path, Version> found = versions();
      boolean changed = removeAllBut(found.keySet());
      for (var file : found.entrySet()) {
        changed |= take(file.getKey(), file.getValue());
      }
      if (changed) {
        startAll();
      }
      told = null;
    } catch (IOException | RuntimeException e) {
      String line = "plugins folder " + folder + ": " + Failures.line(e);
      if (!line.equals(told)) {
        console.problem(line, e);
        told = line;
      }
    }
  }

  /** Ends the watch; tells of files that were still waiting. The bundles stay. */
  @Override
  public synchronized void close() {
    watcher.shutdownNow();
    plugins.forEach(
        (path, plugin) -> {
          if (plugin.waiting) {
            console.problem(path + " is not a whole jar yet, and was left out");
          }
        });
  }

  private Map<Path, Version> versions() throws IOException {
    Map<Path, Version> found = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
        for (Path jar : jars) {
          Version version = Version.of(jar);
          if (version != null) {
            found.put(jar, version);
          }
        }
      }
    }
    return found;
  }

  /** Returns whether anything was uninstalled. */
  private boolean removeAllBut(Collection<Path> present) {
    boolean changed = false;
    for (Iterator<Map.Entry<Path, Plugin>> all = plugins.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Path, Plugin> entry = all.next();
      if (!present.contains(entry.getKey())) {
        all.remove();
        changed |= uninstall(entry.getKey(), entry.getValue());
      }
    }
    return changed;
  }

  private boolean uninstall(Path path, Plugin plugin) {
    Bundle bundle = plugin.bundle;
    plugin.bundle = null;
    if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
      return false;
    }
    try {
      bundle.uninstall();
    } catch (BundleException e) {
      console.problem(path + ": " + Failures.line(e), e);
    }
    refresh(bundle);
    return true;
  }

  /** Installs or updates; returns whether it did. */
  private boolean take(Path path, Version version) {
    Plugin plugin = plugins.computeIfAbsent(path, p -> new Plugin());
    if (version.equals(plugin.version)) {
      return false;
    }
    String fault;
    try {
      fault = faultOf(path);
    } catch (IOException e) {
      // Not a jar, or not yet.
      plugin.waiting = version.changed.isAfter(Instant.now().minus(PATIENCE));
      if (!plugin.waiting) {
        plugin.version = version;
        console.problem(path + " is not a bundle: it can't be read as a jar", e);
      }
      return false;
    }
    plugin.waiting = false;
    plugin.version = version;
    if (fault != null) {
      console.problem(path + " is not a bundle: " + fault);
      return uninstall(path, plugin);
    }
    try (InputStream jar = Files.newInputStream(path)) {
      Bundle bundle = plugin.bundle;
      if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
        plugin.bundle = context.installBundle(path.toUri().toString(), jar);
      } else {
        bundle.update(jar);
        refresh(bundle);
      }
      return true;
    } catch (IOException | BundleException e) {
      console.problem(path + ": " + Failures.line(e), e);
      return false;
    }
  }

  /** Starts what is not started, as a new bundle may be what another one was waiting for. */
  private void startAll() {
    plugins.forEach(
        (path, plugin) -> {
          Bundle bundle = plugin.bundle;
          if (bundle == null || bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null) {
            return;
          }
          try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            plugin.told = null;
          } catch (BundleException | IllegalStateException e) {
            String line = path + " can't start: " + Failures.line(e);
            if (!line.equals(plugin.told)) {
              console.problem(line, e);
              plugin.told = line;
            }
          }
        });
  }

  private void refresh(Bundle bundle) {
    FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
    if (wiring != null) {
      wiring.refreshBundles(java.util.List.of(bundle));
    }
  }

  /** Why a whole jar is not a bundle, or null when it is one. */
  private static @Nullable String faultOf(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      Manifest manifest = jar.getManifest();
      Attributes headers = manifest == null ? new Attributes() : manifest.getMainAttributes();
      return headers.getValue(Constants.BUNDLE_SYMBOLICNAME) == null
          ? "its manifest has no " + Constants.BUNDLE_SYMBOLICNAME
          : null;
    }
  }

  /** What tells one state of a file from another. */
  private record Version(Instant changed, long size) {
    static @Nullable Version of(Path path) {
      try {
        return Files.isRegularFile(path)
            ? new Version(Files.getLastModifiedTime(path).toInstant(), Files.size(path))
            : null;
      } catch (IOException e) {
        // Gone since it was listed.
        return null;
      }
    }
  }

  private static final class Plugin {
    private @Nullable Version version;
    private @Nullable Bundle bundle;
    private @Nullable String told;
    private boolean waiting;
  }
}
