package dev.ooh.evaluation.run;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts this program again, with other arguments. */
final class ChildProcess {
  private static final String LAUNCHER = "dev.ooh.launcher.Launcher";

  private ChildProcess() {}

  /**
   * Starts {@code ooh} with {@code arguments}; all that it prints goes to {@code log}. It is as
   * this process: the same JDK, options and class path.
   */
  static Process start(List<String> arguments, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(LAUNCHER);
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }
}
