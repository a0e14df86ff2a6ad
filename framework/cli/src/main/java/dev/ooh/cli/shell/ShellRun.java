package dev.ooh.cli.shell;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh shell}. */
@Command(
    name = "ooh shell",
    description = {
      "A Gogo shell beside a small tracked program. Reads commands from standard input, a line each:",
      "tracking:list, tracking:use T, tracking:explain, tracking:stats, tracking:fallback T…, and"
          + " what Gogo has; exit leaves."
    })
final class ShellRun implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Tracking tracking;
  private final TrackingCommands commands;
  private final CommandProcessor processor;
  private final InputStream input;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--substrate",
      paramLabel = "S",
      defaultValue = "virtual",
      description = "Where the program's memory lives (default: ${DEFAULT-VALUE}).")
  private String substrate = "virtual";

  @Option(
      names = "--technique",
      paramLabel = "T",
      description = "The technique to begin with (default: the best that is usable).")
  private @Nullable String technique;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of what the program writes (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  ShellRun(
      Tracking tracking, TrackingCommands commands, CommandProcessor processor, InputStream input) {
    this.tracking = tracking;
    this.commands = commands;
    this.processor = processor;
    this.input = input;
  }

  /** In a pipe, fails when any of the commands did. */
  @Override
  public Integer call() throws Exception {
    boolean interactive = Progress.isTerminal(0) && Progress.isTerminal(1);
    try (LiveProgram program = new LiveProgram(open(), tracking, seed)) {
      program.awaitFirst(PATIENCE);
      commands.watch(program);
      int failed = loop(interactive);
      return interactive || failed == 0 ? 0 : 1;
    } finally {
      commands.watch(null);
    }
  }

  private AddressSpace open() throws Exception {
    Substrate chosen = tracking.substrate(substrate);
    if (chosen.refusal().isPresent()) {
      throw new CommandException(
          "substrate %s can't be used here: %s".formatted(substrate, chosen.refusal().get()));
    }
    AddressSpace space = chosen.open(SpaceOptions.named("live").with("seed", Long.toString(seed)));
    String asked = technique;
    if (asked != null) {
      boolean known = false;
      try {
        tracking.control().use(space, asked);
        known = true;
      } catch (TrackingException e) {
        throw isPresent(asked)
            ? new CommandException(ErrorText.of(e), e)
            : new UsageException(ErrorText.of(e));
      } finally {
        if (!known) {
          space.close();
        }
      }
    }
    return space;
  }

  private boolean isPresent(String name) throws CommandException {
    return tracking.control().techniques().stream()
        .anyMatch(present -> present.name().equals(name));
  }

  private int loop(boolean interactive) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (interactive) {
      out.println("tracking:list, tracking:use T, tracking:explain, tracking:stats; exit leaves");
    }
    int failed = 0;
    BufferedReader lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    try (PrintStream toOut = stream(out);
        PrintStream toErr = stream(err);
        CommandSession session =
            processor.createSession(InputStream.nullInputStream(), toOut, toErr)) {
      String line = prompted(lines, out, interactive);
      while (line != null && !line.equals("exit") && !line.equals("quit")) {
        if (!line.isEmpty() && !execute(session, line, out, err)) {
          failed++;
        }
        toOut.flush();
        toErr.flush();
        line = prompted(lines, out, interactive);
      }
    }
    return failed;
  }

  private static boolean execute(
      CommandSession session, String line, PrintWriter out, PrintWriter err) {
    try {
      Object result = session.execute(line);
      if (result != null) {
        out.println(session.format(result, Converter.INSPECT));
        out.flush();
      }
      return true;
    } catch (Exception e) {
      err.println(ErrorText.of(e));
      err.flush();
      return false;
    }
  }

  private static @Nullable String prompted(
      BufferedReader lines, PrintWriter out, boolean interactive) throws IOException {
    if (interactive) {
      out.print("ooh> ");
      out.flush();
    }
    String line = lines.readLine();
    return line == null ? null : line.strip();
  }

  /** What a Gogo command prints, handed on to {@code writer} at each flush. */
  private static PrintStream stream(PrintWriter writer) {
    OutputStream bytes =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void flush() {
            writer.print(toString(StandardCharsets.UTF_8));
            writer.flush();
            reset();
          }
        };
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
