package dev.ooh.integration.probe.conformance;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * Runs the kit's schedules against each technique that is usable on the virtual machine, as the
 * bundles have them. Answers with the verdict of each.
 */
public final class ConformanceProbe implements Callable<Map<String, String>> {
  private static final int SEEDS = Integer.getInteger("ooh.osgi-seeds", 14);

  @Override
  public Map<String, String> call() throws Exception {
    BundleContext context = FrameworkUtil.getBundle(ConformanceProbe.class).getBundleContext();
    Substrate virtual = virtual(context);
    List<String> usable = usable(context, virtual);
    Map<String, String> verdicts = new TreeMap<>();
    for (String technique : usable) {
      List<String> others = new ArrayList<>(usable);
      others.remove(technique);
      Subject subject =
          new Subject(
              technique + " in OSGi",
              virtual,
              SpaceOptions.named("conformance"),
              technique,
              others,
              () -> new BundleTracking(context));
      verdicts.put(technique, new ConformanceKit(subject).run(1, SEEDS).toString());
    }
    return verdicts;
  }

  private static Substrate virtual(BundleContext context) throws Exception {
    for (ServiceReference<Substrate> found : context.getServiceReferences(Substrate.class, null)) {
      Substrate substrate = context.getService(found);
      if (substrate.name().equals("virtual")) {
        return substrate;
      }
    }
    throw new AssertionError("no substrate is called virtual");
  }

  private static List<String> usable(BundleContext context, Substrate substrate) {
    TrackingControl control =
        context.getService(context.getServiceReference(TrackingControl.class));
    try (AddressSpace space = substrate.open(SpaceOptions.named("list"))) {
      return control.list(space).stream()
          .filter(status -> status.probe().usable())
          .map(TechniqueStatus::descriptor)
          .map(descriptor -> descriptor.name())
          .filter(name -> !name.equals("all-dirty"))
          .toList();
    }
  }
}
