package dev.ooh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** What figures were made by and on, so that they can be traced. */
public final class Provenance {
  /** How the name of a fact begins that says where a price is from. */
  public static final String PRICE_OF = "price of ";

  private Provenance() {}

  /**
   * By name, in the order in which people read it.
   *
   * @param version of the code
   * @param command that was given
   */
  public static Map<String, String> of(String version, String command) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("version", version);
    all.put("command", command);
    all.put("processor", processor());
    all.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    all.put("JDK", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    return all;
  }

  /** The name of this machine, its processors and its memory. */
  public static String host() {
    return "%s, %d processors, %s"
        .formatted(
            fact("/proc/sys/kernel/hostname", ".*", "unnamed"),
            Runtime.getRuntime().availableProcessors(),
            fact("/proc/meminfo", "MemTotal:.*", "memory unknown").replaceAll("\\s+", " "));
  }

  /** The first line of {@code file} that is like {@code wanted}. */
  private static String fact(String file, String wanted, String otherwise) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.matches(wanted))
          .findFirst()
          .map(String::strip)
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise; // no Linux
    }
  }

  /** As above, of this code. */
  public static Map<String, String> here(String command) {
    return of(version(), command);
  }

  /**
   * Where prices are from, source by source.
   *
   * @param sources by event
   */
  public static Map<String, String> ofPrices(Map<String, String> sources) {
    Map<String, List<String>> events = new LinkedHashMap<>();
    sources.forEach(
        (event, source) -> events.computeIfAbsent(source, each -> new ArrayList<>()).add(event));
    Map<String, String> lines = new LinkedHashMap<>();
    events.forEach((source, priced) -> lines.put(PRICE_OF + String.join(" ", priced), source));
    return lines;
  }

  /** The version of the bundle that this class is in; {@code unknown} on a plain class path. */
  private static String version() {
    Bundle bundle = FrameworkUtil.getBundle(Provenance.class);
    return bundle == null ? "unknown" : bundle.getVersion().toString();
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch"); // no Linux
    }
  }
}
