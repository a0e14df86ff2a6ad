package dev.ooh.memory;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A setting of an address space, declared by who reads it: a substrate or a technique. Immutable;
 * for any thread.
 *
 * <pre>{@code
 * static final Setting<Long> CARD =
 *     Setting.powerOfTwo("my-technique.card", 64, 4096, 4096, "Bytes of a card.");
 * }</pre>
 *
 * @param <T> of its values
 */
public final class Setting<T> {
  private final String name;
  private final String wanted;
  private final String unsaid;
  private final String summary;
  private final Function<String, Optional<T>> reader;
  private final T defaultValue;

  private Setting(
      String name,
      String wanted,
      String unsaid,
      String summary,
      Function<String, Optional<T>> reader) {
    if (!name.matches("[a-z][a-z0-9.-]*")) {
      throw new IllegalArgumentException(
          "setting name is '%s', wanted lower-case letters, digits, dots and dashes"
              .formatted(name));
    }
    this.name = name;
    this.wanted = wanted;
    this.unsaid = unsaid;
    this.summary = summary;
    this.reader = reader;
    this.defaultValue = parse(unsaid);
  }

  /** A whole number from {@code least} to {@code most}, both included. */
  public static Setting<Long> wholeNumber(
      String name, long least, long most, long unsaid, String summary) {
    return new Setting<>(
        name,
        most == Long.MAX_VALUE && least == Long.MIN_VALUE
            ? "a whole number"
            : "a whole number from %d to %d".formatted(least, most),
        Long.toString(unsaid),
        summary,
        text -> number(text, least, most));
  }

  /** A power of two from {@code least} to {@code most}, both included. */
  public static Setting<Long> powerOfTwo(
      String name, long least, long most, long unsaid, String summary) {
    return new Setting<>(
        name,
        "a power of two from %d to %d".formatted(least, most),
        Long.toString(unsaid),
        summary,
        text -> number(text, least, most).filter(number -> Long.bitCount(number) == 1));
  }

  /** One of some words. */
  public static Setting<String> oneOf(
      String name, List<String> words, String unsaid, String summary) {
    List<String> known = List.copyOf(words);
    return new Setting<>(
        name,
        String.join(", ", known.subList(0, known.size() - 1)) + " or " + known.getLast(),
        unsaid,
        summary,
        text -> Optional.of(text).filter(known::contains));
  }

  /** {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String name, boolean unsaid, String summary) {
    return new Setting<>(
        name,
        "true or false",
        Boolean.toString(unsaid),
        summary,
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  /**
   * Any text but an empty one.
   *
   * @param wanted what it should be, for messages: {@code a file}
   */
  public static Setting<String> text(String name, String wanted, String unsaid, String summary) {
    return new Setting<>(
        name, wanted, unsaid, summary, text -> Optional.of(text).filter(it -> !it.isBlank()));
  }

  private static Optional<Long> number(String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      return value >= least && value <= most ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** By which it is set: lower case; unique among those of a substrate and its techniques. */
  public String name() {
    return name;
  }

  /** Its type and range in words: {@code a whole number from 1 to 5}. */
  public String wanted() {
    return wanted;
  }

  /** One sentence. */
  public String summary() {
    return summary;
  }

  /** What holds where nothing was said. */
  public T defaultValue() {
    return defaultValue;
  }

  /** As {@link #defaultValue}, in the form that {@link #parse} takes. */
  public String defaultText() {
    return unsaid;
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if it is not what is {@linkplain #wanted wanted}; the message
   *     names the setting, what was found and what was wanted
   */
  public T parse(String text) {
    return reader
        .apply(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "setting %s is '%s', wanted %s".formatted(name, text, wanted)));
  }

  @Override
  public String toString() {
    return "%s (%s; default %s)".formatted(name, wanted, unsaid);
  }
}
