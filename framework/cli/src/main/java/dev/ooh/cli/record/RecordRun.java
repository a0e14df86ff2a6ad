package dev.ooh.cli.record;

import dev.ooh.cli.UsageException;
import dev.ooh.memory.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One invocation of {@code ooh record}. */
@Command(
    name = "ooh record",
    description = {
      "Runs another command, such as micro, gc or checkpoint, with --record FILE, on real memory"
          + " unless it says otherwise. A recording that is cut short is good up to its last whole"
          + " interval."
    })
final class RecordRun implements Callable<Integer> {
  private static final String SUBSTRATE = "--substrate";

  private final Map<String, ToIntFunction<String[]>> commands;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the recording goes; overwritten if it is there.")
  private Path out = Path.of(".");

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "What to run, with its options.")
  private List<String> line = List.of();

  RecordRun(Map<String, ToIntFunction<String[]>> commands) {
    this.commands = Map.copyOf(commands);
  }

  @Override
  public Integer call() throws UsageException {
    String name = line.getFirst();
    ToIntFunction<String[]> command = commands.get(name);
    if (command == null) {
      String proposal =
          Nearest.of(name, commands.keySet()).map(" (did you mean %s?)"::formatted).orElse("");
      throw new UsageException(
          "command is '%s', wanted one that runs a program: checkpoint, gc or micro%s"
              .formatted(name, proposal));
    }
    List<String> arguments = new ArrayList<>(line.subList(1, line.size()));
    arguments.addAll(List.of("--record", out.toString()));
    if (arguments.stream().noneMatch(each -> each.split("=", 2)[0].equals(SUBSTRATE))) {
      arguments.addAll(List.of(SUBSTRATE, "linux"));
    }
    return command.applyAsInt(arguments.toArray(String[]::new));
  }
}
