package dev.ooh.integration.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The objects of a command's {@code --json}, in the order of their ends; each field as text. */
final class Findings {
  private Findings() {}

  /** Every object of {@code json} that has fields of its own, without the objects in it. */
  static List<Map<String, String>> of(String json) throws IOException {
    List<Map<String, String>> objects = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      Deque<Map<String, String>> open = new ArrayDeque<>();
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_OBJECT) {
          open.push(new LinkedHashMap<>());
        } else if (token == JsonToken.END_OBJECT) {
          Map<String, String> ended = open.pop();
          if (!ended.isEmpty()) {
            objects.add(ended);
          }
        } else if (token.isScalarValue()) {
          open.element().put(parser.currentName(), parser.getText());
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
