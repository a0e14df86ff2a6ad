package dev.ooh.cli.toy;

import dev.ooh.cli.CommandSupport;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What one invocation of a command left: exit status, standard output, standard error. */
public record Invocation(int status, String out, String err) {
  public static Invocation of(Object command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        CommandSupport.execute(command, arguments, new PrintWriter(out), new PrintWriter(err));
    return new Invocation(status, out.toString(), err.toString());
  }
}
