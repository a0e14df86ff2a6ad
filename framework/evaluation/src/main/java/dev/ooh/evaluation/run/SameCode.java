package dev.ooh.evaluation.run;

import dev.ooh.cli.CommandException;
import java.util.function.Supplier;

/**
 * The code that an evaluation began with. Each of its measurements is a process that starts from
 * the bundle folder as it is then, which may have been built anew meanwhile.
 *
 * @param wanted its version
 * @param found the version of the folder now; for any thread
 */
public record SameCode(String wanted, Supplier<String> found) {
  /**
   * Looks again.
   *
   * @throws CommandException if the code is another
   */
  void check() throws CommandException {
    String now = found.get();
    if (!now.equals(wanted)) {
      throw new CommandException(
          "the bundles changed while they were measured: they are version %s, wanted %s"
              .formatted(now, wanted));
    }
  }
}
