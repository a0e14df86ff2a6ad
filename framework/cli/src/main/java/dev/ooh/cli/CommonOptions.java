package dev.ooh.cli;

import picocli.CommandLine.Option;

/** What {@link CommandSupport} adds to every command. */
final class CommonOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and leave.")
  private boolean help;

  @Option(names = "--verbose", description = "Show stack traces with errors.")
  private boolean verbose;

  boolean verbose() {
    return verbose;
  }

  boolean help() {
    return help;
  }
}
