package dev.ooh.barrier.weaving;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Names of classes to weave besides the marked ones: comma-separated, {@code *} for any characters.
 *
 * @param patterns one for each name
 */
record ClassPatterns(List<Pattern> patterns) {
  ClassPatterns {
    patterns = List.copyOf(patterns);
  }

  static ClassPatterns of(String text) {
    return new ClassPatterns(
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .map(name -> Pattern.compile(Pattern.quote(name).replace("*", "\\E.*\\Q")))
            .toList());
  }

  boolean matches(String className) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(className).matches());
  }
}
