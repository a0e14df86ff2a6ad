package dev.ooh.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a command that runs an application. A picocli mixin. */
public final class ApplicationOptions {
  /** The setting of a space that says which application runs there, by whose work is priced. */
  public static final String SETTING = "application";

  @Option(
      names = "--application",
      paramLabel = "A",
      description =
          "What to run: baby, cache, gcbench, histogram, kmeans, matrix_multiply, pca, stdhash,"
              + " stdtree, string_match, tiny or word_count (default: gcbench for gc, baby for"
              + " checkpoint).")
  private @Nullable String application;

  @Option(
      names = "--configuration",
      paramLabel = "C",
      defaultValue = "small",
      description = "small, medium or large, as in the paper (default: ${DEFAULT-VALUE}).")
  private String configuration = "small";

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "What histogram (a bitmap of 24 bits a pixel), string_match (lines) or word_count (text)"
              + " reads (default: random pixels and lines, the licence texts of this JDK).")
  private @Nullable Path input;

  /** The name that was asked for, else {@code usual}. */
  public String applicationName(String usual) {
    String asked = application;
    return asked == null ? usual : asked;
  }

  /**
   * The application that was asked for.
   *
   * @param usual its name unless another is asked for
   * @param find by name
   * @param names of all, for the message
   * @param <A> an application
   */
  public <A> A application(String usual, Function<String, Optional<A>> find, String names)
      throws UsageException {
    String name = applicationName(usual);
    return find.apply(name)
        .orElseThrow(
            () ->
                new UsageException(
                    "application is '%s', wanted one of: %s".formatted(name, names)));
  }

  /**
   * The configuration that was asked for, in upper or lower case.
   *
   * @param <C> configurations
   */
  public <C extends Enum<C>> C configuration(Class<C> type) throws UsageException {
    for (C known : type.getEnumConstants()) {
      if (known.name().equalsIgnoreCase(configuration)) {
        return known;
      }
    }
    String names =
        Arrays.stream(type.getEnumConstants())
            .map(known -> known.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new UsageException(
        "configuration is '%s', wanted one of: %s".formatted(configuration, names));
  }

  /** As rows and image sets name it. */
  public String configurationName() {
    return configuration.toLowerCase(Locale.ROOT);
  }

  /**
   * The file to read.
   *
   * @param name of the application
   * @param read whether it reads one
   */
  public Optional<Path> input(String name, boolean read) throws CommandException, UsageException {
    Path file = input;
    if (file == null) {
      return Optional.empty();
    }
    if (!read) {
      throw new UsageException("--input is %s, but %s reads no file".formatted(file, name));
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new CommandException("--input is " + file + ", wanted a readable file");
    }
    return Optional.of(file);
  }
}
