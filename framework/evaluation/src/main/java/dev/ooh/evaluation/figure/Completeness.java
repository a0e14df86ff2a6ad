package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Whether every page that was written is reported, and how many others are. */
final class Completeness {
  private static final String NAME = "completeness";
  private static final String COMMAND = "micro";
  private static final String PAGES = "pages";

  private static final List<String> TECHNIQUES = techniques();

  /** What was stored to, as rows call it, and in which configurations. */
  private record Place(String application, List<String> configurations) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("array", Plan.SIZES),
          new Place("array", List.of("1/1", "10/1", "50/1", "100/1")),
          new Place("array-huge-pages", List.of("100/1")),
          new Place("array", List.of("10/1:4vcpus")));

  private Completeness() {}

  private static List<String> techniques() {
    List<String> all = new ArrayList<>(Plan.TECHNIQUES);
    all.add(Plan.SUB_PAGES);
    all.add(Plan.ALL_DIRTY);
    return List.copyOf(all);
  }

  static Experiment experiment() {
    List<Measurement> runs = new ArrayList<>(Plan.array());
    runs.add(Plan.sparseArray());
    runs.addAll(Plan.completeness());
    return new Experiment(
        NAME,
        "Completeness: every page that was written is reported",
        "The array knows which pages each pass stores to, without asking a technique: all of them,"
            + " or one in a hundred, others in each pass (“SIZE/1”), in pages of 4 KiB and of 2 MiB,"
            + " by one thread and by four on four virtual CPUs. pages_written are those, summed over "
            + ArrayExperiments.PASSES
            + " passes; pages_lost those of them that the interval after their pass did not report,"
            + " which must be 0: a run that loses one fails, and this evaluation with it."
            + " pages_too_many were reported though no pass stored to them, which is allowed and"
            + " costs whoever copies them. The technique all-dirty, which reports everything, says"
            + " what the others spare. With pages of 2 MiB one dirty flag stands for 512 pages. All"
            + " of it is output.",
        runs,
        Completeness::sheet);
  }

  private static Sheet sheet(Figures figures) {
    Sheet sheet = new Sheet(NAME);
    for (Place place : PLACES) {
      for (String technique : TECHNIQUES) {
        for (String configuration : place.configurations) {
          add(sheet, figures, technique, place.application, configuration);
        }
      }
    }
    return sheet;
  }

  private static void add(
      Sheet sheet, Figures figures, String technique, String application, String configuration) {
    OptionalDouble written = pages(figures, technique, application, configuration, "written");
    OptionalDouble reported = pages(figures, technique, application, configuration, "reported");
    OptionalDouble lost = pages(figures, technique, application, configuration, "lost");
    sheet.add(technique, application, configuration, "pages_written", written, PAGES);
    sheet.add(technique, application, configuration, "pages_reported", reported, PAGES);
    sheet.add(technique, application, configuration, "pages_lost", lost, PAGES);
    if (written.isPresent() && reported.isPresent() && lost.isPresent()) {
      double found = written.getAsDouble() - lost.getAsDouble();
      sheet.add(
          technique,
          application,
          configuration,
          "pages_too_many",
          OptionalDouble.of(reported.getAsDouble() - found),
          PAGES);
    }
  }

  private static OptionalDouble pages(
      Figures figures, String technique, String application, String configuration, String which) {
    return figures.mean(COMMAND, technique, application, configuration, "pages_" + which);
  }
}
