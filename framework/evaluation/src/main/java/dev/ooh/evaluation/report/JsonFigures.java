package dev.ooh.evaluation.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ooh.cli.Row;
import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** All of an evaluation for programs. */
public final class JsonFigures {
  private JsonFigures() {}

  /** The document. */
  public static String of(Map<String, String> provenance, List<Result> results, Published published)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeObjectFieldStart("provenance");
      for (Map.Entry<String, String> fact : provenance.entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("figures");
      for (Result result : results) {
        for (Row row : result.rows()) {
          write(json, row, published);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void write(JsonGenerator json, Row row, Published published) throws IOException {
    json.writeStartObject();
    json.writeStringField("experiment", row.experiment());
    json.writeStringField("technique", row.technique());
    json.writeStringField("application", row.application());
    json.writeStringField("configuration", row.configuration());
    json.writeStringField("metric", row.metric());
    json.writeFieldName("value");
    json.writeRawValue(row.value());
    json.writeStringField("unit", row.unit());
    OptionalDouble paper =
        published.value(
            row.experiment(),
            row.technique(),
            row.application(),
            row.configuration(),
            row.metric());
    if (paper.isPresent()) {
      json.writeNumberField("published", paper.getAsDouble());
      Published.Role role =
          published
              .role(
                  row.experiment(),
                  row.technique(),
                  row.application(),
                  row.configuration(),
                  row.metric())
              .orElseThrow();
      json.writeStringField("published_is", role.name().toLowerCase(Locale.ROOT));
    }
    json.writeEndObject();
  }
}
