package dev.ooh.cli.technique;

import dev.ooh.cli.ErrorText;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import java.util.ArrayList;
import java.util.List;

/**
 * What trying one technique on one substrate showed.
 *
 * @param technique {@code *} when the substrate itself can't be used
 * @param substrate where it was tried
 * @param usable whether it works
 * @param reason the mode that was tried and works, or what happened
 * @param remedy what the user can do; empty when nothing, or when usable
 * @param preference the higher, the sooner it is chosen unasked
 * @param summary of the technique
 * @param settings that the substrate and the technique take
 */
record Finding(
    String technique,
    String substrate,
    boolean usable,
    String reason,
    String remedy,
    int preference,
    String summary,
    List<Setting<?>> settings) {

  /** Tries everything everywhere. A substrate that can't be opened is a finding, not an error. */
  static List<Finding> all(List<Substrate> substrates, TrackingControl control) {
    List<Finding> findings = new ArrayList<>();
    for (Substrate substrate : substrates) {
      String refusal = substrate.refusal().orElse("");
      if (refusal.isEmpty()) {
        try (AddressSpace trial = substrate.open(SpaceOptions.named("probe"))) {
          for (TechniqueStatus status : control.list(trial)) {
            findings.add(of(status, substrate));
          }
        } catch (RuntimeException e) {
          refusal = "an address space could not be opened: " + ErrorText.of(e);
        }
      }
      if (!refusal.isEmpty()) {
        findings.add(
            new Finding(
                "*",
                substrate.name(),
                false,
                refusal,
                "",
                0,
                "any technique",
                substrate.settings()));
      }
    }
    return findings;
  }

  private static Finding of(TechniqueStatus status, Substrate substrate) {
    TechniqueDescriptor descriptor = status.descriptor();
    List<Setting<?>> settings = new ArrayList<>(substrate.settings());
    settings.addAll(descriptor.settings());
    return new Finding(
        descriptor.name(),
        substrate.name(),
        status.probe().usable(),
        status.probe().reason(),
        status.probe().remedy(),
        descriptor.preference(),
        descriptor.summary(),
        settings);
  }
}
