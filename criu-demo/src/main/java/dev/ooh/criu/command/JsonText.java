package dev.ooh.criu.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** Objects of text, numbers and truth values, as JSON. */
final class JsonText {
  private JsonText() {}

  static String of(List<Map<String, Object>> objects) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (Map<String, Object> object : objects) {
        json.writeStartObject();
        for (Map.Entry<String, Object> field : object.entrySet()) {
          json.writeFieldName(field.getKey());
          switch (field.getValue()) {
            case Boolean truth -> json.writeBoolean(truth);
            case Number number -> json.writeNumber(number.longValue());
            default -> json.writeString(field.getValue().toString());
          }
        }
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    return text.toString();
  }
}
