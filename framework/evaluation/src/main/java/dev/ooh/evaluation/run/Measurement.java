package dev.ooh.evaluation.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One command to run, such as {@code gc --application pca …}.
 *
 * @param name of its file of rows; the same name means the same measurement
 * @param arguments of {@code ooh}, without those that say where results go
 * @param images whether it needs a directory for image sets
 */
public record Measurement(String name, List<String> arguments, boolean images) {
  static final String PROFILE_OPTION = "--profile";
  static final String USUAL_PROFILE = "sc22";

  /** What makes another technique of one: how finely it tells stores apart. */
  private static final Pattern ANOTHERS_SETTING =
      Pattern.compile("(spp\\.granule|write-barrier\\.card)=\\d+");

  public Measurement {
    arguments = List.copyOf(arguments);
  }

  /** A run of {@code arguments}, named after them. */
  public static Measurement of(String... arguments) {
    return new Measurement(name(List.of(arguments)), List.of(arguments), false);
  }

  /** As above, with a directory for image sets. */
  public static Measurement withImages(String... arguments) {
    return new Measurement(name(List.of(arguments)), List.of(arguments), true);
  }

  /** The cost profile that it asks for; {@value #USUAL_PROFILE} if it asks for none. */
  public String profile() {
    return option(PROFILE_OPTION).orElse(USUAL_PROFILE);
  }

  /** The value of an option, if it is given. */
  public Optional<String> option(String name) {
    int option = arguments.indexOf(name);
    return option < 0 ? Optional.empty() : Optional.of(arguments.get(option + 1));
  }

  /** How many virtual machines run at once. */
  public int machines() {
    return option("--vms").map(Integer::valueOf).orElse(1);
  }

  /**
   * What its rows call the command: with the profile behind, if it is not the usual one, and with
   * the size of granules or cards, if that is set, so that the same run at other prices or in other
   * pieces is another measurement.
   */
  public String command() {
    String command = arguments.getFirst();
    String priced = profile().equals(USUAL_PROFILE) ? command : command + "@" + profile();
    return arguments.stream()
        .filter(argument -> ANOTHERS_SETTING.matcher(argument).matches())
        .findFirst()
        .map(setting -> priced + "@" + setting)
        .orElse(priced);
  }

  private static String name(List<String> arguments) {
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      words.add(argument.replaceAll("^--", "").replaceAll("[^A-Za-z0-9]+", "-"));
    }
    return String.join("_", words);
  }

  @Override
  public String toString() {
    return String.join(" ", arguments);
  }
}
