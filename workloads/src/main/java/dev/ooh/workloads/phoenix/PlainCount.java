package dev.ooh.workloads.phoenix;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts words without a tracked heap, another way than {@link WordCount}: its judge. */
final class PlainCount {
  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z']*");

  private PlainCount() {}

  static long of(byte[] text) {
    Map<String, Long> counts = new HashMap<>();
    Matcher matcher = WORD.matcher(new String(text, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      counts.merge(matcher.group().toUpperCase(Locale.ROOT), 1L, Long::sum);
    }
    long sum = counts.size();
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      long hash = Words.HASH_OF_NOTHING;
      for (byte character : count.getKey().getBytes(StandardCharsets.ISO_8859_1)) {
        hash = Words.hash(hash, character);
      }
      sum += Words.weight(hash) * count.getValue();
    }
    return sum;
  }
}
