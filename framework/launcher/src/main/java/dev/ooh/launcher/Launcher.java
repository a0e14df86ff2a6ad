package dev.ooh.launcher;

import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The program behind {@code ooh}: starts the bundles, runs the command that the first argument
 * names, stops the bundles and exits with the command's status.
 *
 * <p>Exit status: 0 done, 1 failed, 2 wrong usage. A failure is one line on stderr; the stack trace
 * follows only under {@code --verbose}.
 */
public final class Launcher {
  /** System property: the folder that holds {@code bundles}; else it is found beside this jar. */
  static final String HOME = "ooh.home";

  private static final Set<String> HELP = Set.of("--help", "-h", "help");

  private static final String VERSION = "--version";

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final Path home;
  private final PrintStream out;
  private final HushableStream hushable;
  private final PrintStream err;

  /** A launcher; {@code err} is written to until the process is told to end. */
  Launcher(Path home, PrintStream out, PrintStream err) {
    this.home = home;
    this.out = out;
    hushable = new HushableStream(err, StopAtSignal::isEnding);
    this.err = new PrintStream(hushable, true, err.charset());
  }

  public static void main(String[] line) {
    // Names of files, sets and rows are formatted, too, and must not depend on a language's digits;
    // nor must the framework's, which finds no package of its own where they aren't 0 to 9.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    int status = FAILED;
    if (Boolean.getBoolean(EndOfInput.PROPERTY)) {
      EndOfInput.watch(System.in, () -> System.exit(FAILED));
    }
    try {
      Launcher launcher = new Launcher(home(), System.out, System.err);
      System.setErr(launcher.err); // what bundles say goes the same way
      status = launcher.run(List.of(line));
    } catch (URISyntaxException | RuntimeException | Error e) {
      System.err.println("ooh: " + Failures.line(e));
    }
    // Not a return: threads that a command or the framework left alive must not hold the process.
    System.exit(status);
  }

  /** Runs one command line from start to end; returns the exit status and throws nothing. */
  int run(List<String> line) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(line);
    } catch (UsageException e) {
      err.println("ooh: " + Failures.line(e));
      return WRONG_USAGE;
    }
    Console console = new Console(out, err, arguments.verbose());
    console.takeOverLogging();
    try (StopAtSignal stop = new StopAtSignal(hushable);
        StorageFolder storage =
            stop.open(() -> StorageFolder.create(Path.of(System.getProperty("java.io.tmpdir"))));
        RunningFramework framework =
            stop.open(
                () -> RunningFramework.start(home.resolve("bundles"), storage.path(), console));
        PluginFolder plugins =
            new PluginFolder(arguments.plugins(), framework.context(), console)) {
      plugins.watch();
      int status = runCommand(new Commands(framework.context()), arguments, console);
      return status == 0 ? written(console) : status;
    } catch (UsageException e) {
      console.problem(Failures.line(e));
      return WRONG_USAGE;
    } catch (Exception | Error e) {
      console.problem(Failures.line(e), e);
      return FAILED;
    }
  }

  /** Print streams swallow errors: a full disk and a closed pipe are asked for here. */
  private static int written(Console console) {
    if (console.out().checkError()) {
      console.problem("the output could not be written: its disk is full, or nobody reads it");
      return FAILED;
    }
    return 0;
  }

  private static int runCommand(Commands commands, Arguments arguments, Console console)
      throws Exception {
    List<String> line = new ArrayList<>(arguments.rest());
    if (line.isEmpty()) {
      commands.help().forEach(console.err()::println);
      return WRONG_USAGE;
    }
    List<AutoCloseable> options = new ArrayList<>();
    try {
      commands.startOptions(line, options);
      String name = line.isEmpty() ? "" : line.getFirst();
      if (name.equals(VERSION)) {
        console.out().println(commands.version());
        return 0;
      }
      if (HELP.contains(name)) {
        commands.help().forEach(console.out()::println);
        return 0;
      }
      ToIntFunction<String[]> command = commands.command(name);
      if (command == null) {
        throw new UsageException(
            "unknown command '" + name + "', wanted one of " + String.join(", ", commands.names()));
      }
      List<String> own = new ArrayList<>(line.subList(1, line.size()));
      if (arguments.verbose()) {
        own.addFirst(Arguments.VERBOSE); // stack traces of a command's failure are its own to show
      }
      return command.applyAsInt(own.toArray(String[]::new));
    } finally {
      for (AutoCloseable option : options.reversed()) {
        option.close();
      }
      console.out().flush();
    }
  }

  private static Path home() throws URISyntaxException {
    String given = System.getProperty(HOME);
    if (given != null) {
      return Path.of(given);
    }
    Path jar = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.resolveSibling("../").normalize();
  }
}
