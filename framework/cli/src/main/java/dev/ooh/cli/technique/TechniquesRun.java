package dev.ooh.cli.technique;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ooh.cli.KnownSettings;
import dev.ooh.cli.Terminal;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import dev.ooh.memory.Setting;
import dev.ooh.tracking.TrackingControl;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh techniques}. */
@Command(
    name = "ooh techniques",
    description = {
      "Tries each technique on each substrate and says whether it works, and why not.",
      "Then lists the settings that substrates and techniques take."
    })
final class TechniquesRun implements Callable<Integer> {
  private final Tracking tracking;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Write a JSON array, one object a technique × substrate.")
  private boolean json;

  TechniquesRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    TrackingControl control = tracking.control();
    List<Finding> findings = Finding.all(tracking.substrates(), control);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(findings));
    } else {
      text(findings, out);
      out.println();
      settings(KnownSettings.of(tracking.substrates(), control.techniques()), out);
    }
    return 0;
  }

  private static void text(List<Finding> findings, PrintWriter out) {
    TextTable table = new TextTable("technique", "substrate", "", "why");
    for (Finding finding : findings) {
      String remedy = finding.remedy().isEmpty() ? "" : "; " + finding.remedy();
      table.add(
          finding.technique(),
          finding.substrate(),
          finding.usable() ? "usable" : "refused",
          finding.reason() + remedy);
    }
    table.lines(Terminal.columns()).forEach(out::println);
  }

  private static void settings(KnownSettings settings, PrintWriter out) {
    TextTable table = new TextTable("setting", "of", "default", "what");
    for (KnownSettings.Known known : settings.all()) {
      table.add(
          known.setting().name(),
          String.join(", ", known.readers()),
          known.setting().defaultText(),
          known.setting().summary() + " Wanted: " + known.setting().wanted() + ".");
    }
    table.lines(Terminal.columns()).forEach(out::println);
  }

  private static String json(List<Finding> findings) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (Finding finding : findings) {
        json.writeStartObject();
        json.writeStringField("technique", finding.technique());
        json.writeStringField("substrate", finding.substrate());
        json.writeBooleanField("usable", finding.usable());
        json.writeStringField("reason", finding.reason());
        json.writeStringField("remedy", finding.remedy());
        json.writeNumberField("preference", finding.preference());
        json.writeStringField("summary", finding.summary());
        json.writeArrayFieldStart("settings");
        for (Setting<?> setting : finding.settings()) {
          json.writeStartObject();
          json.writeStringField("name", setting.name());
          json.writeStringField("wanted", setting.wanted());
          json.writeStringField("default", setting.defaultText());
          json.writeStringField("summary", setting.summary());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    return text.toString();
  }
}
