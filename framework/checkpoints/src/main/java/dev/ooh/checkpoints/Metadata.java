package dev.ooh.checkpoints;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The words that a program has to say of a checkpoint. */
final class Metadata {
  /** Each reader of a set has them in memory, and each set of a chain has its own. */
  private static final int MOST_BYTES = 64 << 10;

  private Metadata() {}

  /**
   * A copy of {@code words}.
   *
   * @throws IllegalArgumentException if they are too long, or can't be written
   */
  static Map<String, String> checked(Map<String, String> words) {
    Map<String, String> copy = Map.copyOf(words);
    long bytes = 0;
    for (Map.Entry<String, String> word : copy.entrySet()) {
      bytes += length(word.getKey()) + length(word.getValue());
    }
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "metadata: found %d bytes, wanted %d or less".formatted(bytes, MOST_BYTES));
    }
    return copy;
  }

  private static int length(String text) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "metadata: found half a character in '%s', wanted text".formatted(text), e);
    }
  }
}
