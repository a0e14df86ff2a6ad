package dev.ooh.evaluation.run;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The cost profile by which runs are priced that ask for none.
 *
 * @param profile as {@code --profile} has it
 * @param tag for names of files; another one for other contents
 */
public record Pricing(String profile, String tag) {
  /** The paper's, by which runs are priced unless told otherwise. */
  public static final Pricing USUAL = new Pricing(Measurement.USUAL_PROFILE, "");

  /** Those that no file overrides. */
  private static final Set<String> BUILT_IN =
      Set.of(Measurement.USUAL_PROFILE, "kvm-dirty-ring", "zero");

  /** The profile that is called {@code name} or in a file, whose {@code .csv} may miss. */
  public static Pricing of(String name) throws CommandException {
    if (name.equals(USUAL.profile())) {
      return USUAL;
    }
    String tag = name.replaceAll("[^A-Za-z0-9]+", "-");
    return new Pricing(name, BUILT_IN.contains(name) ? tag : tag + "-" + checksum(name));
  }

  /** A file may have been changed between an evaluation and what continues it. */
  private static String checksum(String name) throws CommandException {
    Path file = Path.of(name);
    Path whole = Files.exists(file) ? file : Path.of(name + ".csv");
    CRC32C sum = new CRC32C();
    try {
      sum.update(Files.readAllBytes(whole));
    } catch (IOException e) {
      throw new CommandException(
          "cost profile %s can't be read: %s".formatted(whole, ErrorText.reason(e)), e);
    }
    return "%08x".formatted(sum.getValue());
  }

  /** {@code measurement} at these prices, if it asks for none. */
  Measurement of(Measurement measurement) {
    if (equals(USUAL) || measurement.option(Measurement.PROFILE_OPTION).isPresent()) {
      return measurement;
    }
    List<String> arguments = new ArrayList<>(measurement.arguments());
    arguments.addAll(List.of(Measurement.PROFILE_OPTION, profile));
    return new Measurement(measurement.name() + "_" + tag, arguments, measurement.images());
  }
}
