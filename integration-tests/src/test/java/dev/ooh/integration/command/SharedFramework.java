package dev.ooh.integration.command;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.launcher.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Runs commands one after the other in one framework, which all test classes of a JVM share: a
 * process for each would cost them ten times as long. For what a command does; what its process
 * does (signals, standard input, names relative to its folder) is for {@link Ooh}.
 */
final class SharedFramework implements BeforeAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedFramework.class);

  private BundleContext bundles;

  /** Started at the first need, stopped when the JVM's last test is over. */
  private record Started(BundleFolder bundles, Path storage) implements AutoCloseable {
    static Started now() {
      try {
        Path storage = Files.createTempDirectory("ooh-shared");
        return new Started(BundleFolder.start(storage), storage);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws Exception {
      bundles.close();
      try (Stream<Path> files = Files.walk(storage)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    bundles =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(Started.class, key -> Started.now(), Started.class)
            .bundles()
            .context();
  }

  /** Runs a command to its end; names of files that it is given are to be absolute. */
  Ooh.Done run(String... line) throws Exception {
    ToIntFunction<String[]> command = command(line[0]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream usualOut = System.out;
    PrintStream usualErr = System.err;
    int status;
    try (PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setOut(toOut);
      System.setErr(toErr);
      new Console(toOut, toErr, false).takeOverLogging();
      status = command.applyAsInt(Arrays.copyOfRange(line, 1, line.length));
    } finally {
      System.setOut(usualOut);
      System.setErr(usualErr);
      LogManager.getLogManager().readConfiguration();
    }
    return new Ooh.Done(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** As {@link #run(String...)}. */
  Ooh.Done run(List<String> line) throws Exception {
    return run(line.toArray(String[]::new));
  }

  @SuppressWarnings("unchecked")
  private ToIntFunction<String[]> command(String name) throws Exception {
    ServiceReference<?>[] found =
        bundles.getAllServiceReferences(
            ToIntFunction.class.getName(), "(ooh.command=" + name + ")");
    if (found == null) {
      throw new AssertionError("no command " + name);
    }
    return (ToIntFunction<String[]>) bundles.getService(found[0]);
  }
}
