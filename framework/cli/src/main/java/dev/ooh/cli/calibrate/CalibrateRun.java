package dev.ooh.cli.calibrate;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.Megabytes;
import dev.ooh.cli.Progress;
import dev.ooh.cli.Provenance;
import dev.ooh.cli.Terminal;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh calibrate}. */
@Command(
    name = "ooh calibrate",
    description = {
      "Measures on real memory what tracking costs on this machine, and writes it as a cost"
          + " profile for --profile. What can't be measured here, such as hypercalls, is the"
          + " paper's and says so.",
      "Figures are medians; the spread is the distance between the quartiles."
    })
final class CalibrateRun implements Callable<Integer> {
  private final Tracking tracking;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "this-machine.csv",
      description = "Where the profile goes (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("this-machine.csv");

  @Option(
      names = "--sizes",
      paramLabel = "MB",
      defaultValue = "1,10,100",
      description =
          "Sizes of tracked memory at which to measure, ascending (default: ${DEFAULT-VALUE}).")
  private List<String> sizes = List.of();

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "25",
      description = "How often each is measured, 3 or more (default: ${DEFAULT-VALUE}).")
  private int passes = 25;

  CalibrateRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    List<Integer> megabytes = Megabytes.ascending(sizes);
    if (passes < 3) {
      throw new UsageException("--passes is " + passes + ", wanted 3 or more");
    }
    ProfileFile file = ProfileFile.to(out);
    Substrate linux = tracking.substrate("linux");
    Substrate virtual = tracking.substrate("virtual");
    Optional<String> refusal = linux.refusal();
    if (refusal.isPresent()) {
      throw new CommandException("substrate linux can't be used here: " + refusal.get());
    }
    List<Cost> costs = new ArrayList<>();
    try (Progress progress = Progress.onTerminal();
        AddressSpace space = linux.open(SpaceOptions.named("calibrate"))) {
      costs.addAll(space.execution().run(() -> measured(space, megabytes, progress)));
    }
    List<ProfileEvent> missing = new ArrayList<>(Arrays.asList(ProfileEvent.values()));
    costs.forEach(cost -> missing.remove(cost.event()));
    costs.addAll(PublishedCosts.of(virtual, missing, megabytes));
    costs.sort(Comparator.comparing(Cost::event));
    file.write(origin(), megabytes, costs);
    print(megabytes, costs);
    return 0;
  }

  private List<Cost> measured(AddressSpace space, List<Integer> megabytes, Progress progress)
      throws Exception {
    progress.show("calibrate: costs of one event");
    List<Cost> costs = new ArrayList<>(new FixedCosts(space, passes).all(megabytes.getLast()));
    List<ArrayTimes> times = new ArrayList<>();
    ArrayTimes.warmUp(space);
    for (int size : megabytes) {
      progress.show("calibrate: an array of %d MB".formatted(size));
      times.add(ArrayTimes.measure(space, size, passes));
    }
    double systemCall = costs.getFirst().microseconds().getFirst();
    costs.addAll(new ArrayCosts(megabytes, times).all(systemCall));
    return costs;
  }

  private Map<String, String> origin() {
    String arguments = String.join(" ", spec.commandLine().getParseResult().originalArgs());
    return Provenance.here(("ooh calibrate " + arguments).strip());
  }

  private void print(List<Integer> megabytes, List<Cost> costs) {
    TextTable table = new TextTable("id", "event", ">MB", ">us an event", ">spread", "source");
    for (Cost cost : costs) {
      ProfileEvent event = cost.event();
      boolean fixed = event.kind() == ProfileEvent.Kind.FIXED;
      for (int i = 0; i < cost.microseconds().size(); i++) {
        table.add(
            i == 0 ? event.name() : "",
            i == 0 ? event.label() : "",
            fixed ? "" : megabytes.get(i).toString(),
            String.format(Locale.ROOT, "%.4f", cost.microseconds().get(i)),
            cost.isMeasured()
                ? String.format(Locale.ROOT, "%.0f %%", cost.spread().get(i) * 100)
                : "",
            i == 0 ? cost.source() : "");
      }
    }
    PrintWriter terminal = spec.commandLine().getOut();
    table.lines(Terminal.columns()).forEach(terminal::println);
    terminal.printf("profile: %s%n", out);
  }
}
