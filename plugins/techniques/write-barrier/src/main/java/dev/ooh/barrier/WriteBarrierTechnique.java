package dev.ooh.barrier;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.ProcessFence;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * Write barriers: each store of a woven class marks its card. It sees nothing else: no native code,
 * no kernel write, no store of another class.
 */
@Component(service = TrackingTechnique.class)
public final class WriteBarrierTechnique implements TrackingTechnique {
  private static final Setting<Long> CARD =
      Setting.powerOfTwo(
          "write-barrier.card", 64, PageSet.PAGE_SIZE, PageSet.PAGE_SIZE, "Bytes of a card.");
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "write-barrier", "marks woven into the storing classes", -100, false, false)
          .withSettings(CARD);
  private static final String REMEDY =
      "on a class path, start Java with -javaagent:write-barrier.jar; in the framework, start this"
          + " bundle before the one that stores";

  private final StoreLinks links = StoreLinks.shared();

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    Optional<Probe> refusal = refusal(space);
    return refusal.isPresent() ? refusal.get() : RoundTrip.probe(space, this::open, REMEDY);
  }

  private Optional<Probe> refusal(AddressSpace space) {
    if (space.facility(SimulatedCosts.class).isPresent()) {
      return Optional.of(
          Probe.refused(
              "stores on substrate %s are made by a simulated CPU, which no barrier is woven into"
                  .formatted(space.substrate()),
              "use the substrate linux"));
    }
    String machine = System.getProperty("java.vm.name", "unknown");
    if (!machine.contains("HotSpot") && !machine.contains("OpenJDK")) {
      return Optional.of(
          Probe.refused("the Java VM is %s, wanted HotSpot".formatted(machine), "run on OpenJDK"));
    }
    Class<?> memory = space.memory().getClass();
    if (!links.classes().isWoven(memory)) {
      return Optional.of(
          Probe.refused("the stores of %s are not woven".formatted(memory.getName()), REMEDY));
    }
    List<String> unfollowed = links.classes().unfollowed();
    return unfollowed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Probe.refused(
                "no barrier can follow what a woven class does: " + String.join("; ", unfollowed),
                "choose classes that don't"));
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    Optional<Probe> refusal = refusal(space);
    if (refusal.isPresent()) {
      throw new TrackingException(refusal.get().reason());
    }
    int cardBytes = Math.toIntExact(TrackingTechnique.setting(space, CARD));
    ProcessFence fence = space.facility(ProcessFence.class).orElseGet(SafepointFence::new);
    Optional<SegmentAdoption> adoption = space.facility(SegmentAdoption.class);
    return new WriteBarrierSession(
        links,
        cardBytes,
        fence,
        () -> adoption.map(SegmentAdoption::adopted).orElse(PageSet.empty()));
  }
}
