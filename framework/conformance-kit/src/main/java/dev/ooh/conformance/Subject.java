package dev.ooh.conformance;

import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is tested: a technique on a substrate, with a core around it.
 *
 * @param name for messages
 * @param substrate where the memory is
 * @param options how to open a space; the kit sets {@code seed}
 * @param technique the technique under test
 * @param others techniques that switches may go to and from, besides all-dirty
 * @param hugePages whether all schedules are about huge pages; otherwise some are
 * @param tracking opens a core; the kit closes it
 */
public record Subject(
    String name,
    Substrate substrate,
    SpaceOptions options,
    String technique,
    List<String> others,
    boolean hugePages,
    Supplier<TrackingUnderTest> tracking) {

  public Subject {
    others = List.copyOf(others);
  }

  /** A subject with schedules of all kinds. */
  public Subject(
      String name,
      Substrate substrate,
      SpaceOptions options,
      String technique,
      List<String> others,
      Supplier<TrackingUnderTest> tracking) {
    this(name, substrate, options, technique, others, false, tracking);
  }

  /** A technique on a plain class path, with others to switch to. */
  public static Subject plain(
      Substrate substrate, TrackingTechnique technique, TrackingTechnique... others) {
    return plain(CoreByHand::real, substrate, technique, others);
  }

  /** The same with another core, such as a broken one. */
  public static Subject plain(
      Supplier<CoreByHand> core,
      Substrate substrate,
      TrackingTechnique technique,
      TrackingTechnique... others) {
    List<TrackingTechnique> all = new ArrayList<>(List.of(others));
    all.addFirst(technique);
    List<String> names = all.stream().map(each -> each.descriptor().name()).toList();
    return new Subject(
        "%s on %s".formatted(names.getFirst(), substrate.name()),
        substrate,
        SpaceOptions.named("conformance"),
        names.getFirst(),
        names.subList(1, names.size()),
        () -> new PlainTracking(all, core.get()));
  }

  /**
   * Whether a write through one mapping of a page must be reported at the page's other mappings,
   * too: the virtual machine knows them all, while Linux protects mapping by mapping.
   */
  public boolean seesAliases() {
    return !substrate.name().equals("linux");
  }

  public Subject named(String newName) {
    return new Subject(newName, substrate, options, technique, others, hugePages, tracking);
  }

  /** The same with schedules about huge pages alone. */
  public Subject withHugePages() {
    return new Subject(
        name + ", huge pages", substrate, options, technique, others, true, tracking);
  }

  /** The same with a setting of the space, such as a small ring buffer. */
  public Subject with(String setting, String value) {
    return new Subject(
        "%s, %s=%s".formatted(name, setting, value),
        substrate,
        options.with(setting, value),
        technique,
        others,
        hugePages,
        tracking);
  }
}
