package dev.ooh.cli.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ooh.cli.Terminal;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh doctor}. */
@Command(
    name = "ooh doctor",
    description =
        "Tries each technique on each kind of memory and says what works for this user on this"
            + " machine, what doesn't, and what would help.")
final class DoctorRun implements Callable<Integer> {
  private final Tracking tracking;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Write a JSON object: the system and its checks.")
  private boolean json;

  DoctorRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    List<Check> checks = Examination.all(tracking.substrates(), tracking.control());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(checks));
    } else {
      text(checks, out);
    }
    return 0;
  }

  /** What the findings hold for. */
  private static Map<String, String> system() {
    Map<String, String> system = new LinkedHashMap<>();
    for (String property : List.of("os.name", "os.version", "os.arch", "user.name")) {
      system.put(property, System.getProperty(property, "unknown"));
    }
    system.put("java.vm", Runtime.version().toString());
    return system;
  }

  private static void text(List<Check> checks, PrintWriter out) {
    out.println(String.join(" ", system().values()));
    TextTable table = new TextTable("what", "substrate", "memory", "", "why");
    for (Check check : checks) {
      table.add(
          check.what(),
          check.substrate(),
          check.memory(),
          check.works() ? "works" : "refused",
          check.reason());
      if (!check.remedy().isEmpty()) {
        table.add("", "", "", "", "wanted: " + check.remedy());
      }
    }
    table.lines(Terminal.columns()).forEach(out::println);
  }

  private static String json(List<Check> checks) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeObjectFieldStart("system");
      for (Map.Entry<String, String> fact : system().entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("checks");
      for (Check check : checks) {
        json.writeStartObject();
        json.writeStringField("what", check.what());
        json.writeStringField("substrate", check.substrate());
        json.writeStringField("memory", check.memory());
        json.writeBooleanField("works", check.works());
        json.writeStringField("reason", check.reason());
        json.writeStringField("remedy", check.remedy());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }
}
