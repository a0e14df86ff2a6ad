package dev.ooh.testing.jvm;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How another JVM is started: by this one's Java, with its class path unless told another. It is
 * over before a second compiler or collecting in parallel pays, so it has neither.
 *
 * @param program what becomes the JVM in the end, with its arguments; empty for the JVM itself
 * @param options of the JVM, those that each has aside
 * @param classPath as {@code -cp} takes it
 * @param main name of its main class
 * @param arguments of that
 */
public record ChildJvm(
    List<String> program,
    List<String> options,
    String classPath,
    String main,
    List<String> arguments) {
  /** This JVM's; Surefire may give it by a jar that names it. */
  public static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));

  /** One that runs {@code main}. */
  public static ChildJvm of(Class<?> main, String... arguments) {
    return new ChildJvm(List.of(), List.of(), CLASS_PATH, main.getName(), List.of(arguments));
  }

  /** This one, started by {@code program}. */
  public ChildJvm by(String... program) {
    return new ChildJvm(List.of(program), options, classPath, main, arguments);
  }

  /** This one with {@code more} options. */
  public ChildJvm with(String... more) {
    List<String> all = Stream.concat(options.stream(), Stream.of(more)).toList();
    return new ChildJvm(program, all, classPath, main, arguments);
  }

  /** This one with another class path. */
  public ChildJvm withClassPath(String another) {
    return new ChildJvm(program, options, another, main, arguments);
  }

  /** Its command line; what of it is redirected, and where it runs, is for the caller to say. */
  public ProcessBuilder builder() {
    return new ProcessBuilder(
        Stream.of(
                program,
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1"),
                options,
                List.of("-cp", classPath, main),
                arguments)
            .flatMap(List::stream)
            .toList());
  }
}
