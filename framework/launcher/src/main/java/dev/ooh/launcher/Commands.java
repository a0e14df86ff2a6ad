package dev.ooh.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/**
 * Commands and options as services. A command is a {@code ToIntFunction<String[]>} (arguments to
 * exit status) with the properties {@code ooh.command}, its name, and {@code ooh.summary}, one
 * line. An option that any command understands is a {@code Function<String, AutoCloseable>} with
 * {@code ooh.option}, its name with the dashes, and {@code ooh.summary}: it is given the option's
 * value before the command runs, and what it returns is closed afterwards. An
 * IllegalArgumentException means that the value is wrong.
 */
final class Commands {
  static final String COMMAND = "ooh.command";
  static final String OPTION = "ooh.option";
  static final String SUMMARY = "ooh.summary";

  private final BundleContext context;

  Commands(BundleContext context) {
    this.context = context;
  }

  /** The command of that name, or null. */
  @SuppressWarnings("unchecked")
  @Nullable ToIntFunction<String[]> command(String name) {
    ServiceReference<?> reference = references(ToIntFunction.class, COMMAND).get(name);
    return reference == null ? null : (ToIntFunction<String[]>) context.getService(reference);
  }

  /**
   * Takes the options that are services out of {@code line} and starts each.
   *
   * @param started receives what is to be closed after the command, even when this throws
   */
  @SuppressWarnings("unchecked")
  void startOptions(List<String> line, List<AutoCloseable> started) throws UsageException {
    for (var option : references(Function.class, OPTION).entrySet()) {
      String value = Arguments.takeValue(line, option.getKey());
      if (value != null) {
        var service = (Function<String, AutoCloseable>) context.getService(option.getValue());
        if (service != null) {
          started.add(start(option.getKey(), value, service));
        }
      }
    }
  }

  private static AutoCloseable start(
      String option, String value, Function<String, AutoCloseable> service) throws UsageException {
    try {
      return service.apply(value);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + " is '" + value + "': " + Failures.line(e));
    }
  }

  /** What {@code ooh --help} says. */
  List<String> help() {
    List<String> lines = new ArrayList<>();
    lines.add("Usage: ooh COMMAND [OPTION…]    (ooh COMMAND --help says more)");
    lines.add("");
    lines.add("Commands:");
    references(ToIntFunction.class, COMMAND).forEach((name, s) -> lines.add(line(name, s)));
    lines.add("");
    lines.add("Options of every command:");
    Map<String, ServiceReference<?>> options = references(Function.class, OPTION);
    options.forEach((name, s) -> lines.add(line(name + " X", s)));
    lines.add(
        line(Arguments.PLUGINS + " DIR", "more bundles, watched while it runs (./user-plugins)"));
    lines.add(line(Arguments.VERBOSE, "stack traces, and what the bundles have to say"));
    lines.add("");
    lines.add("ooh --version says the version, the JDK and the kernel.");
    return lines;
  }

  /** What {@code ooh --version} says: the newest version of this project's bundles, and where. */
  String version() {
    String version =
        Arrays.stream(context.getBundles())
            .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("dev.ooh."))
            .map(Bundle::getVersion)
            .max(Comparator.naturalOrder())
            .map(Version::toString)
            .orElse("of no bundles");
    return "ooh %s (Java %s, %s %s %s)"
        .formatted(
            version,
            Runtime.version(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"));
  }

  /** The names of all commands, in order. */
  List<String> names() {
    return List.copyOf(references(ToIntFunction.class, COMMAND).keySet());
  }

  private static String line(String name, ServiceReference<?> service) {
    return line(name, String.valueOf(service.getProperty(SUMMARY)));
  }

  private static String line(String name, String summary) {
    return "  %-20s %s".formatted(name, summary);
  }

  /** By name, the best ranked of each. */
  private Map<String, ServiceReference<?>> references(Class<?> type, String property) {
    Map<String, ServiceReference<?>> found = new TreeMap<>();
    try {
      ServiceReference<?>[] references =
          context.getAllServiceReferences(type.getName(), "(" + property + "=*)");
      if (references != null) {
        for (ServiceReference<?> reference : references) {
          found.merge(
              String.valueOf(reference.getProperty(property)),
              reference,
              (one, other) -> one.compareTo(other) >= 0 ? one : other);
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
    return found;
  }
}
