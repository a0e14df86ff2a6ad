package dev.ooh.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Runs a picocli command object and turns whatever it throws into an exit status and one line on
 * standard error: 1 failed, 2 wrong usage. Adds {@code --help} and {@code --verbose} to it.
 */
public final class CommandSupport {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int WRONG_USAGE = 2;

  private CommandSupport() {}

  /**
   * Parses {@code arguments} into {@code command}, an object annotated with picocli's
   * {@code @Command} that is a {@code Callable<Integer>}, and runs it. Use a fresh object each
   * time.
   */
  public static int execute(Object command, String[] arguments) {
    return execute(
        command,
        arguments,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /** As above, for a command with {@link SessionOptions}: its help lists the settings. */
  public static int execute(Object command, String[] arguments, Tracking tracking) {
    return execute(
        command,
        arguments,
        tracking,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /** As above, to other writers. */
  public static int execute(
      Object command, String[] arguments, Tracking tracking, PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(command);
    Map<String, CommandLine.IHelpSectionRenderer> sections =
        new HashMap<>(line.getHelpSectionMap());
    sections.put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER, help -> settings(tracking));
    line.setHelpSectionMap(sections);
    return execute(line, arguments, out, err);
  }

  private static String settings(Tracking tracking) {
    try {
      return System.lineSeparator() + KnownSettings.of(tracking).help(Terminal.HELP_COLUMNS);
    } catch (CommandException e) {
      return ""; // help is given without a core, too
    }
  }

  /** As above, to other writers. */
  public static int execute(Object command, String[] arguments, PrintWriter out, PrintWriter err) {
    return execute(new CommandLine(command), arguments, out, err);
  }

  private static int execute(
      CommandLine line, String[] arguments, PrintWriter out, PrintWriter err) {
    CommonOptions common = new CommonOptions();
    line.getCommandSpec().addMixin("common", CommandSpec.forAnnotatedObject(common));
    line.setOut(out).setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false); // a file name may begin with @
    line.setParameterExceptionHandler((e, given) -> reportUsage(e, err));
    line.setExecutionExceptionHandler(
        (e, where, result) -> report(e, line.getCommandName(), common.verbose(), err));
    try {
      return line.execute(arguments);
    } catch (Error e) {
      // picocli lets errors pass; a linkage error of a plugin must not be a bare stack trace either
      return report(e, line.getCommandName(), common.verbose(), err);
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static int reportUsage(ParameterException e, PrintWriter err) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    err.printf("%s: %s (see %s --help)%n", name, ErrorText.of(e), name);
    return WRONG_USAGE;
  }

  private static int report(Throwable e, String name, boolean verbose, PrintWriter err) {
    err.printf("%s: %s%n", name, ErrorText.of(e));
    if (verbose) {
      e.printStackTrace(err);
    }
    return e instanceof UsageException ? WRONG_USAGE : FAILED;
  }
}
