package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import dev.ooh.evaluation.run.MemoryNeed;
import java.util.ArrayList;
import java.util.List;

/**
 * What an evaluation runs.
 *
 * @param configurations of the applications, smallest first
 * @param seeds how many runs there are of whatever draws at random
 * @param engines of the in-memory key-value engines, those that are checkpointed
 * @param machines how many virtual machines run at once, from 1 on, ascending; fewer where so many
 *     would not stay below an evaluation's memory
 */
public record Plan(
    List<String> configurations, int seeds, List<String> engines, List<Integer> machines) {
  /** The sizes of Table IVb, in MB. */
  static final List<String> SIZES = List.of("1", "10", "50", "100", "250", "500", "1024");

  static final List<String> TECHNIQUES = List.of("procfs", "uffd", "spml", "epml");

  /** The other half of the paper's line of work: 128 bytes instead of pages. */
  static final String SUB_PAGES = "spp";

  /** Reports everything, so it loses nothing: what the others are spared. */
  static final String ALL_DIRTY = "all-dirty";

  /** Those that the paper runs Boehm's collector and CRIU under. */
  static final List<String> CONSUMERS_TECHNIQUES = List.of("procfs", "spml", "epml");

  static final List<String> PHOENIX =
      List.of("histogram", "kmeans", "matrix_multiply", "pca", "string_match", "word_count");

  static final String UNTRACKED = "none";

  /** What runs in each of several virtual machines. */
  public static final String IN_MACHINES = "histogram";

  /** Physical CPUs below several machines: the cores of the paper's Core i7-8565U. */
  static final int HOST_CPUS = 4;

  /** The least that says something, in minutes; each further engine would take one more. */
  public static Plan quick() {
    return new Plan(List.of("small"), 1, List.of("baby"), List.of(1, 2, 5));
  }

  /** All of the paper's. */
  public static Plan whole() {
    return new Plan(
        List.of("small", "medium", "large"),
        5,
        List.of("baby", "cache", "stdhash", "stdtree", "tiny"),
        List.of(1, 2, 3, 4, 5));
  }

  public Plan {
    configurations = List.copyOf(configurations);
    engines = List.copyOf(engines);
    String smallest = configurations.getFirst();
    machines = machines.stream().filter(count -> MemoryNeed.allows(smallest, count)).toList();
  }

  /** As this one, with other configurations. */
  public Plan of(List<String> others) {
    return new Plan(others, seeds, engines, machines);
  }

  /** The array micro-benchmark; it draws nothing at random. */
  static List<Measurement> array() {
    return List.of(
        Measurement.of(
            "micro",
            "--substrate",
            "virtual",
            "--technique",
            String.join(",", TECHNIQUES),
            "--sizes",
            String.join(",", SIZES)));
  }

  /** The same under one technique, at the prices of another profile. */
  static Measurement array(String technique, String profile) {
    return Measurement.of(
        "micro",
        "--substrate",
        "virtual",
        "--technique",
        technique,
        "--sizes",
        String.join(",", SIZES),
        "--profile",
        profile);
  }

  /** One page in a hundred is stored to; up to a size that takes seconds. */
  static Measurement sparseArray() {
    return Measurement.of(
        "micro",
        "--substrate",
        "virtual",
        "--technique",
        String.join(",", TECHNIQUES),
        "--sizes",
        "1,10,50,100",
        "--dirty",
        "1");
  }

  /**
   * What shows whether pages get lost or are reported too much, beside {@link #array} and {@link
   * #sparseArray}: all techniques of the machine, pages of 2 MiB, several virtual CPUs.
   */
  static List<Measurement> completeness() {
    List<String> everyTechnique = new ArrayList<>(TECHNIQUES);
    everyTechnique.add(SUB_PAGES);
    everyTechnique.add(ALL_DIRTY);
    String every = String.join(",", everyTechnique);
    String others = SUB_PAGES + "," + ALL_DIRTY;
    return List.of(
        micro(others, "--sizes", "10,100"),
        micro(others, "--sizes", "10,100", "--dirty", "1"),
        micro(every, "--sizes", "100", "--dirty", "1", "--huge-pages"),
        micro(every, "--sizes", "10", "--dirty", "1", "--vcpus", "4"));
  }

  private static Measurement micro(String techniques, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("micro", "--substrate", "virtual", "--technique", techniques));
    arguments.addAll(List.of(more));
    return Measurement.of(arguments.toArray(String[]::new));
  }

  /** How many seeds there are, and what is told of them, for a reader. */
  String seedsTold() {
    return seeds == 1
        ? " One seed, so no spread."
        : " Means of %d seeds, ratios seed by seed; .spread is half of what the largest and the smallest differ by."
            .formatted(seeds);
  }

  List<Measurement> collector() {
    List<Measurement> runs = new ArrayList<>();
    for (String application : collected()) {
      for (String configuration : configurations) {
        for (int seed = 1; seed <= seeds; seed++) {
          runs.add(
              Measurement.of(
                  "gc",
                  "--substrate",
                  "virtual",
                  "--technique",
                  UNTRACKED + "," + String.join(",", CONSUMERS_TECHNIQUES),
                  "--application",
                  application,
                  "--configuration",
                  configuration,
                  "--seed",
                  Integer.toString(seed)));
        }
      }
    }
    return runs;
  }

  /** The tracker is another process, as CRIU is; the collector's is the program, as Boehm's is. */
  List<Measurement> checkpointer() {
    List<Measurement> runs = new ArrayList<>();
    for (String application : checkpointed()) {
      for (String configuration : configurations) {
        for (int seed = 1; seed <= seeds; seed++) {
          runs.add(
              Measurement.withImages(
                  "checkpoint",
                  "--substrate",
                  "virtual",
                  "--technique",
                  String.join(",", CONSUMERS_TECHNIQUES),
                  "--application",
                  application,
                  "--configuration",
                  configuration,
                  "--pre-dumps",
                  "1",
                  "--alone",
                  "--set",
                  "tracker=own-process",
                  "--seed",
                  Integer.toString(seed)));
        }
      }
    }
    return runs;
  }

  /** Several machines at once, with one seed; a single one is among {@link #collector}'s. */
  List<Measurement> inMachines() {
    List<Measurement> runs = new ArrayList<>();
    for (Measurement run : collector()) {
      List<String> arguments = run.arguments();
      if (arguments.contains(IN_MACHINES) && arguments.contains(inMachinesConfiguration())) {
        runs.add(run);
      }
    }
    for (int count : machines) {
      if (count > 1) {
        runs.add(
            Measurement.of(
                "gc",
                "--substrate",
                "virtual",
                "--technique",
                UNTRACKED + "," + String.join(",", CONSUMERS_TECHNIQUES),
                "--application",
                IN_MACHINES,
                "--configuration",
                inMachinesConfiguration(),
                "--vms",
                Integer.toString(count),
                "--set",
                "host-cpus=" + HOST_CPUS));
      }
    }
    return runs;
  }

  /** The largest of which as many as there are at once stay below an evaluation's memory. */
  public String inMachinesConfiguration() {
    return configurations.reversed().stream()
        .filter(configuration -> MemoryNeed.allows(configuration, machines.getLast()))
        .findFirst()
        .orElse(configurations.getFirst());
  }

  /** As rows of several machines call it. */
  String inMachinesConfiguration(int machines) {
    return inMachinesConfiguration() + (machines == 1 ? "" : ":" + machines + "vms");
  }

  static List<String> collected() {
    List<String> all = new ArrayList<>(List.of("gcbench"));
    all.addAll(PHOENIX);
    return all;
  }

  List<String> checkpointed() {
    List<String> all = new ArrayList<>(engines);
    all.addAll(PHOENIX);
    return all;
  }
}
