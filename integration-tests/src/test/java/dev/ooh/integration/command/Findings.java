package dev.ooh.integration.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The flat objects of a command's {@code --json}, in their order; each field as text. */
final class Findings {
  private Findings() {}

  /** Every innermost object of {@code json}. */
  static List<Map<String, String>> of(String json) throws IOException {
    List<Map<String, String>> objects = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      Map<String, String> current = new LinkedHashMap<>();
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_OBJECT) {
          current = new LinkedHashMap<>();
        } else if (token == JsonToken.END_OBJECT && !current.isEmpty()) {
          objects.add(current);
          current = new LinkedHashMap<>();
        } else if (token.isScalarValue()) {
          current.put(parser.currentName(), parser.getText());
        }
      }
    }
    return objects;
  }

  /** Those in which each of {@code fields}, by turns a name and a value, is as given. */
  static List<Map<String, String>> where(List<Map<String, String>> all, String... fields) {
    return all.stream()
        .filter(
            object -> {
              boolean matches = true;
              for (int i = 0; i < fields.length; i += 2) {
                matches &= fields[i + 1].equals(object.get(fields[i]));
              }
              return matches;
            })
        .toList();
  }
}
