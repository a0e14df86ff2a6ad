package dev.ooh.cli;

import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueStatus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The techniques a command runs, chosen among those present.
 *
 * @param techniques in the order in which to run them
 * @param refused a line for each that {@code all} meant and that can't be used
 * @param named whether the user named any
 */
record TechniqueChoice(List<String> techniques, List<String> refused, boolean named) {

  static TechniqueChoice of(List<String> asked, List<TechniqueStatus> present, String substrate)
      throws UsageException, CommandException {
    LinkedHashSet<String> chosen = new LinkedHashSet<>();
    List<String> refused = new ArrayList<>();
    for (String name : asked.isEmpty() ? List.of(SessionOptions.ALL) : asked) {
      if (name.equals(SessionOptions.ALL)) {
        chosen.add(SessionOptions.NONE);
        for (TechniqueStatus status : present.reversed()) {
          if (status.probe().usable()) {
            chosen.add(status.descriptor().name());
          } else {
            refused.add(refusal(status, substrate));
          }
        }
      } else if (name.equals(SessionOptions.NONE)) {
        chosen.add(name);
      } else {
        chosen.add(usable(name, present, substrate));
      }
    }
    return new TechniqueChoice(List.copyOf(chosen), List.copyOf(refused), !asked.isEmpty());
  }

  private static String usable(String name, List<TechniqueStatus> present, String substrate)
      throws UsageException, CommandException {
    for (TechniqueStatus status : present) {
      if (status.descriptor().name().equals(name)) {
        if (!status.probe().usable()) {
          throw new CommandException(refusal(status, substrate));
        }
        return name;
      }
    }
    throw new UsageException(
        "technique is '%s', wanted all, none, or one of those present: %s"
            .formatted(
                name,
                present.stream()
                    .map(status -> status.descriptor().name())
                    .sorted()
                    .collect(Collectors.joining(", "))));
  }

  private static String refusal(TechniqueStatus status, String substrate) {
    Probe probe = status.probe();
    return "technique %s is refused on %s: %s%s"
        .formatted(
            status.descriptor().name(),
            substrate,
            probe.reason(),
            probe.remedy().isEmpty() ? "" : " (" + probe.remedy() + ")");
  }

  String single() throws UsageException {
    if (!named) {
      return techniques.getLast(); // the highest preference comes last
    }
    if (techniques.size() != 1) {
      throw new UsageException(
          "technique is '%s', wanted a single one here".formatted(String.join(",", techniques)));
    }
    return techniques.getFirst();
  }
}
