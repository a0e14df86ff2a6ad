package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** What a command said and how it ended, run in this JVM. */
record Executed(int status, String out, String err) {
  static Executed of(Object command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        CommandSupport.execute(
            command, arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Executed(status, out.toString(), err.toString());
  }

  /** {@code ooh images}. */
  static Executed images(String... arguments) {
    return of(new ImagesRun(new ImageDirectories(List.of())), arguments);
  }

  /** The first line of the output that begins so. */
  String line(String start) {
    return out.lines().filter(line -> line.startsWith(start)).findFirst().orElse("none: " + out);
  }
}
