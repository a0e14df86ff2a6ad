package dev.ooh.integration.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Who runs the command line, and where.
 *
 * @param prefix of the command line, by which a process becomes that user's
 * @param folder where the commands run; the user may write there
 * @param home the bundle folder; the user may read it
 */
record User(List<String> prefix, Path folder, Path home) {
  private static final String NOBODY = "65534";

  /** Whoever runs the tests. */
  static User self(Path folder) {
    return new User(List.of(), folder, Path.of(System.getProperty("ooh.home")).normalize());
  }

  /**
   * A user without any privilege, if the one who runs the tests may become that one: {@code
   * setpriv} of util-linux does it for root.
   *
   * @param folder an empty one, opened for others here
   */
  static Optional<User> unprivileged(Path folder) throws IOException, InterruptedException {
    List<String> prefix = List.of("setpriv", "--reuid=" + NOBODY, "--clear-groups");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
    User user = new User(prefix, own, copy(self(folder).home(), folder.resolve("ooh")));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    boolean able =
        user.can(java, "-version") && user.can("test", "-r", user.home().resolve("lib").toString());
    return able ? Optional.of(user) : Optional.empty();
  }

  /** The bundle folder may be below a folder that is closed to others. */
  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }

  private boolean can(String... line) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(Stream.concat(prefix.stream(), Stream.of(line)).toList())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no setpriv
    }
  }
}
