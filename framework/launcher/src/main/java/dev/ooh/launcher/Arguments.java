package dev.ooh.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The launcher's own options, which must be known before any bundle starts, taken out of the
 * command line wherever they stand. What comes after {@code --} is left alone.
 *
 * @param plugins the folder of the user's bundles
 * @param verbose whether stack traces and informational messages are shown
 * @param rest everything else, in order: a command's name and its arguments
 */
record Arguments(Path plugins, boolean verbose, List<String> rest) {
  static final String PLUGINS = "--plugins";
  static final String VERBOSE = "--verbose";

  static Arguments parse(List<String> line) throws UsageException {
    boolean verbose = false;
    List<String> rest = new ArrayList<>();
    List<String> own = new ArrayList<>(line);
    int literal = own.indexOf("--");
    if (literal >= 0) {
      rest.addAll(own.subList(literal, own.size()));
      own.subList(literal, own.size()).clear();
    }
    String plugins = takeValue(own, PLUGINS);
    verbose = own.removeIf(VERBOSE::equals);
    rest.addAll(0, own);
    Path folder = Path.of(plugins == null ? "user-plugins" : plugins);
    // A folder that isn't there may come later; a file would only be passed over in silence.
    if (plugins != null && Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new UsageException(PLUGINS + " is " + plugins + ", a file; wanted a folder of bundles");
    }
    return new Arguments(folder, verbose, List.copyOf(rest));
  }

  /**
   * Removes {@code option VALUE} or {@code option=VALUE} from {@code line}.
   *
   * @return the last value given, or null
   */
  static @org.jspecify.annotations.Nullable String takeValue(List<String> line, String option)
      throws UsageException {
    String value = null;
    for (int i = 0; i < line.size(); ) {
      if (line.get(i).startsWith(option + "=")) {
        value = line.remove(i).substring(option.length() + 1);
      } else if (line.get(i).equals(option)) {
        if (i + 1 == line.size()) {
          throw new UsageException(option + " has no value, wanted one after it");
        }
        line.remove(i);
        value = line.remove(i);
      } else {
        i++;
      }
    }
    return value;
  }
}
