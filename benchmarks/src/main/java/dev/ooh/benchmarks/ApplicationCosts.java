package dev.ooh.benchmarks;

import dev.ooh.cli.Provenance;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What each application's accesses to memory take, in processor time: untracked on real memory, by
 * which its declared units of work are priced, and on the simulated machine. Prints a Markdown
 * table, and writes the prices into a cost profile, which {@code ooh calibrate} made on the same
 * machine.
 *
 * <p>A unit is priced so that the untracked run takes on the simulated machine what it took on real
 * memory: the time less what all other events of the run cost by the profile, by the number of
 * units.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.ApplicationCosts PROFILE [CONFIGURATION [APPLICATION …]]}
 */
final class ApplicationCosts {
  private static final String WORK_OF = "WORK_UNIT:";
  private static final String SECTION = "# Work of applications: ";

  /** Of which the first is a warm-up. */
  private static final int RUNS = 4;

  private static final int SIMULATED_RUNS = 2;

  private final Path profile;
  private final String configuration;
  private final List<String> rows = new ArrayList<>();

  private ApplicationCosts(Path profile, String configuration) {
    this.profile = profile;
    this.configuration = configuration;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      System.err.println("no profile was given, wanted the file that ooh calibrate wrote");
      System.exit(2);
    }
    List<String> applications =
        arguments.length > 2
            ? Arrays.asList(arguments).subList(2, arguments.length)
            : Applications.all().stream().map(Application::name).toList();
    new ApplicationCosts(Path.of(arguments[0]), arguments.length > 1 ? arguments[1] : "small")
        .run(applications);
  }

  private void run(List<String> applications) throws Exception {
    System.out.println(
        "| application | accesses, millions | of them loads | untracked, ms | ns an access"
            + " | us a unit of work | simulated accesses a second, millions |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (String application : applications) {
      measure(application);
    }
    write();
  }

  private void measure(String application) throws IOException, InterruptedException {
    double[] counts = child("count", profile.toString(), application, configuration);
    double accesses = counts[0] + counts[1];
    double units = counts[2];
    double otherMillis = counts[3];
    double[] real = sorted("linux", application, RUNS);
    double millis = real[real.length / 2];
    double simulated = sorted("virtual", application, SIMULATED_RUNS)[0];
    // Never below nothing: a profile's other prices may come to more than the run took.
    double unit = units == 0 ? 0 : Math.max(0, millis - otherMillis) * 1000 / units;
    double spread = (real[real.length - 1] - real[0]) / millis;
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.0f %% | %.0f | %.2f | %.4f | %.1f |%n",
        application,
        accesses / 1e6,
        100 * counts[0] / accesses,
        millis,
        millis * 1e6 / accesses,
        unit,
        accesses / simulated / 1e3);
    rows.add(
        String.format(
            Locale.ROOT,
            "%s%s,work_unit,%.6f,all,%.0f %%,measured: %s %s untracked on real memory in %.0f ms of"
                + " processor time;"
                + " %.0f million accesses of %.2f ns; %.2f accesses a unit; %.0f ms are other"
                + " events'; median of %d",
            WORK_OF,
            application,
            unit,
            100 * spread,
            application,
            configuration,
            millis,
            accesses / 1e6,
            millis * 1e6 / accesses,
            accesses / units,
            otherMillis,
            RUNS - 1));
  }

  /** Milliseconds of the runs after the first. */
  private double[] sorted(String substrate, String application, int runs)
      throws IOException, InterruptedException {
    double[] millis = child("time", substrate, application, configuration, runs + "");
    double[] warm = Arrays.copyOfRange(millis, 1, millis.length);
    Arrays.sort(warm);
    return warm;
  }

  private static double[] child(String... arguments) throws IOException, InterruptedException {
    String said = ChildJvm.output(ApplicationSide.class, List.of(arguments));
    return Arrays.stream(said.split(" +")).mapToDouble(Double::parseDouble).toArray();
  }

  /** Replaces what the profile says of applications so far. */
  private void write() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(profile));
    int section = 0;
    while (section < lines.size() && !lines.get(section).startsWith(SECTION)) {
      section++;
    }
    lines.subList(section, lines.size()).clear();
    Map<String, String> origin = Provenance.of("benchmarks", "ApplicationCosts " + configuration);
    lines.add(SECTION + String.join("; ", origin.values()));
    lines.add("id,event,microseconds,techniques,spread,source");
    lines.addAll(rows);
    Files.write(profile, lines);
    System.out.printf("%nprofile: %s%n", profile);
  }
}
