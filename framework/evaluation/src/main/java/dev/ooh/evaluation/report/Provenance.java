package dev.ooh.evaluation.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What made a report, so that its figures can be traced. Simulated figures depend on the version
 * and the plan alone, and the rest says on what they were computed.
 */
public final class Provenance {
  private Provenance() {}

  /**
   * By name, in the order in which people read it.
   *
   * @param command that was given
   */
  public static Map<String, String> of(String version, String command) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("version", version);
    all.put("command", command);
    all.put("cost profile", "sc22 (Table IV of the paper)");
    all.put("processor", processor());
    all.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    all.put("JDK", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    return all;
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
