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

  /** As the launcher knows it. */
  private static final String ENDS_WITH_INPUT = "ooh.ends-with-input";

  private ChildProcess() {}

  /**
   * Starts {@code ooh} with {@code arguments}; all that it prints goes to {@code log}. It is as
   * this process: the same JDK, options and class path, but a heap of its own size unless the
   * options have one. It ends when this process does, whatever ends that: its input ends then.
   */
  static Process start(List<String> arguments, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
    command.addAll(options);
    if (options.stream().noneMatch(option -> option.startsWith("-Xmx"))) {
      command.add("-Xmx%dm".formatted(MemoryNeed.HEAP));
    }
    command.add("-D" + ENDS_WITH_INPUT + "=true");
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
