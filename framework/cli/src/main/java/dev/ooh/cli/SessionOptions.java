package dev.ooh.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every measuring command has. A picocli mixin. */
public final class SessionOptions {
  /** The word for every technique present, and the untracked baseline. */
  public static final String ALL = "all";

  /** The word for no technique at all. */
  public static final String NONE = "none";

  @Option(
      names = "--substrate",
      paramLabel = "S",
      defaultValue = "virtual",
      description = "Where the memory lives: virtual or linux (default: ${DEFAULT-VALUE}).")
  private String substrate = "virtual";

  @Option(
      names = "--technique",
      paramLabel = "T",
      description =
          "A technique, a comma list, or all; none is the untracked baseline. See ooh techniques.")
  private List<String> techniques = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of whatever is drawn at random (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = {"--cost-profile", "--profile"},
      paramLabel = "P",
      description =
          "What simulated events cost: sc22, kvm-dirty-ring, zero or a CSV file, such as ooh"
              + " calibrate writes (default: sc22).")
  private @Nullable String costProfile;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "Memory of the virtual machine, such as 5G.")
  private @Nullable Long memory;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of a substrate or of a technique, of those listed below; may be given several"
              + " times. Where it is not read, it has no effect.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the figures to FILE, and what made them to FILE.origin.")
  private @Nullable Path csv;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draw the figures: SVG, or PDF if FILE ends so.")
  private @Nullable Path plot;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description = "Record which pages the program writes, interval by interval; see ooh replay.")
  private @Nullable Path recording;

  /**
   * The parts of an option that is a comma list, and may be given several times; empty ones too,
   * which picocli's own split would pass over, for whoever checks them to refuse.
   */
  public static List<String> commaLists(List<String> given) {
    return given.stream().flatMap(list -> Arrays.stream(list.split(",", -1))).toList();
  }

  public String substrate() {
    return substrate;
  }

  /** As given; empty when the option is absent. */
  public List<String> techniques() {
    return commaLists(techniques);
  }

  public long seed() {
    return seed;
  }

  /** Null when not asked for. */
  public @Nullable String costProfile() {
    return costProfile;
  }

  /** Bytes; null when not asked for. */
  public @Nullable Long memory() {
    return memory;
  }

  /** Further settings of the address spaces, see {@link dev.ooh.memory.SpaceOptions}. */
  public Map<String, String> settings() {
    return settings;
  }

  /** Null when not asked for. */
  public @Nullable Path plot() {
    return plot;
  }

  /** Null when not asked for. */
  public @Nullable Path recording() {
    return recording;
  }

  public @Nullable Path csv() {
    return csv;
  }
}
