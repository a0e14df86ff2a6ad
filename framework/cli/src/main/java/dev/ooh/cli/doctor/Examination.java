package dev.ooh.cli.doctor;

import dev.ooh.cli.ErrorText;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tries each technique on each kind of memory of each substrate. */
final class Examination {
  private static final String SHARED =
      "; writes through another mapping, or by write(2) to the file, are not seen";

  private final TrackingControl control;
  private final Path file;
  private final List<Check> checks = new ArrayList<>();

  private Examination(TrackingControl control, Path file) {
    this.control = control;
    this.file = file;
  }

  /** A substrate or technique that can't be used is a finding, not an error. */
  static List<Check> all(List<Substrate> substrates, TrackingControl control) throws IOException {
    Path file = MappingKind.temporaryFile();
    try {
      Examination examination = new Examination(control, file);
      for (Substrate substrate : substrates) {
        examination.examine(substrate);
      }
      return examination.checks;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void examine(Substrate substrate) throws IOException {
    String refusal = substrate.refusal().orElse("");
    if (!refusal.isEmpty()) {
      checks.add(Check.fails(Check.ANY, substrate.name(), Check.ANY, refusal, ""));
      return;
    }
    // Open to the end: a process that handles the faults of all spaces starts once then.
    try (AddressSpace space = substrate.open(SpaceOptions.named("doctor"))) {
      checks.addAll(Interfaces.of(space));
      Map<MappingKind, String> kinds = mappable(space);
      List<Check> trials = new ArrayList<>();
      for (TechniqueStatus status : control.list(space)) {
        trials.addAll(trials(substrate, status, kinds));
      }
      trials.forEach(check -> checks.add(advised(check, trials)));
    } catch (RuntimeException e) {
      String why = "an address space could not be opened or examined: " + ErrorText.of(e);
      checks.add(Check.fails(Check.ANY, substrate.name(), Check.ANY, why, ""));
    }
  }

  private List<Check> trials(
      Substrate substrate, TechniqueStatus status, Map<MappingKind, String> kinds) {
    if (!status.probe().usable()) {
      return List.of(
          Check.fails(
              status.descriptor().name(),
              substrate.name(),
              Check.ANY,
              status.probe().reason(),
              status.probe().remedy()));
    }
    List<Check> trials = new ArrayList<>();
    kinds.forEach((kind, memory) -> trials.add(trial(substrate, status, kind, memory)));
    return trials;
  }

  /** The kinds of memory that the substrate has, with their names; the others are findings. */
  private Map<MappingKind, String> mappable(AddressSpace space) throws IOException {
    Map<MappingKind, String> kinds = new LinkedHashMap<>();
    for (MappingKind kind : MappingKind.values()) {
      String name = kind.name(file);
      try {
        space.unmap(space.map(kind.request(file)));
        kinds.put(kind, name);
      } catch (RuntimeException e) {
        checks.add(Check.fails(Check.ANY, space.substrate(), name, ErrorText.of(e), ""));
      }
    }
    return kinds;
  }

  private Check trial(
      Substrate substrate, TechniqueStatus status, MappingKind kind, String memory) {
    String technique = status.descriptor().name();
    try (AddressSpace space = substrate.open(SpaceOptions.named("doctor"))) {
      boolean missesSome =
          kind.shared() && !space.execution().simulatedTime() && !technique.equals("all-dirty");
      String but = missesSome ? SHARED : "";
      return new Trial(control, space, technique).of(kind.request(file), memory, but);
    } catch (RuntimeException e) {
      return Check.fails(technique, substrate.name(), memory, ErrorText.of(e), "");
    }
  }

  /** Where nothing else is known, another technique that works on that memory helps. */
  private static Check advised(Check check, List<Check> trials) {
    if (check.works() || !check.remedy().isEmpty() || check.memory().equals(Check.ANY)) {
      return check;
    }
    Set<String> others = new TreeSet<>();
    for (Check other : trials) {
      if (other.works() && other.memory().equals(check.memory())) {
        others.add(other.what());
      }
    }
    return others.isEmpty()
        ? check
        : check.withRemedy("a technique that works on it: " + String.join(", ", others));
  }
}
