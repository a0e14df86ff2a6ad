package dev.ooh.weaving.internal;

import dev.ooh.memory.IntervalSource;
import dev.ooh.weaving.WeavingReport;
import dev.ooh.weaving.WovenMethod;
import dev.ooh.weaving.link.LinkTable;
import dev.ooh.weaving.loom.BundleClasses;
import dev.ooh.weaving.loom.BundleLoom;
import dev.ooh.weaving.loom.Weave;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.util.tracker.BundleTracker;

/**
 * Weaves the classes of bundles that import the contract, and keeps their link to the core up to
 * date. A class that stays as it is is right and slow; what kept it so is reported.
 */
@Component(immediate = true, service = WeavingReport.class)
public final class BundleWeaver implements Weave, WeavingReport {
  private static final Logger LOG = System.getLogger(BundleWeaver.class.getName());
  private static final int IN_USE =
      Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

  private final ClassWeaver weaver = new ClassWeaver();
  private final LinkTable links = LinkTable.shared();
  private final Map<Bundle, List<String>> problems = new LinkedHashMap<>();
  private final BundleTracker<Boolean> consumers;
  private final @Nullable BundleWiring contract;
  private final BundleLoom loom;

  @Activate
  public BundleWeaver(BundleContext context) {
    BundleWiring own = context.getBundle().adapt(BundleWiring.class);
    contract = own == null ? null : ConsumerBundle.contractOf(own);
    loom = BundleLoom.start(context, this, LinkTable.class);
    consumers =
        new BundleTracker<>(context, IN_USE, null) {
          @Override
          public @Nullable Boolean addingBundle(Bundle bundle, @Nullable BundleEvent event) {
            checkExpectation(bundle);
            return Boolean.TRUE;
          }

          @Override
          public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Boolean tracked) {
            forget(bundle);
          }
        };
    consumers.open();
  }

  @Deactivate
  void stop() {
    loom.close();
    consumers.close();
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSource(IntervalSource source) {
    links.link(source);
  }

  void unbindSource(IntervalSource source) {
    links.unlink(source, "the tracking core, or the weaver that links to it, went away");
  }

  @Override
  public String name() {
    return "the weaver";
  }

  @Override
  public boolean concerns(BundleWiring bundle) {
    return ConsumerBundle.contractOf(bundle) != null;
  }

  @Override
  public boolean wants(String className, byte[] classFile) {
    return ClassWeaver.MARKER.isIn(className, classFile);
  }

  @Override
  public boolean hasWoven(ClassLoader loader, String className) {
    return links.woven(loader).stream().anyMatch(method -> method.type().equals(className));
  }

  @Override
  public Optional<Woven> weave(BundleWiring wiring, String className, byte[] classFile) {
    if (!sharesContract(wiring)) {
      failed(wiring, className, "it imports another dev.ooh.memory than the core");
      return Optional.empty();
    }
    ClassLoader loader = wiring.getClassLoader();
    ClassWeaver.Outcome outcome = weaver.weave(className, classFile, loader);
    outcome.problems().forEach(line -> problem(wiring.getBundle(), line));
    if (outcome.methods().isEmpty()) {
      return Optional.empty();
    }
    String bundle = wiring.getBundle().getSymbolicName();
    return Optional.of(
        new Woven(
            outcome.bytes(),
            () -> {
              for (String method : outcome.methods()) {
                WovenMethod done = new WovenMethod(bundle, className, method);
                links.wove(loader, done);
                LOG.log(Level.INFO, "wove {0}", done);
              }
            }));
  }

  /** Whether the bundle's contract is the very one of this weaver. */
  private boolean sharesContract(BundleWiring wiring) {
    BundleWiring imported = ConsumerBundle.contractOf(wiring);
    return imported != null && imported.equals(contract);
  }

  @Override
  public void failed(BundleWiring bundle, String what, String reason) {
    problem(bundle.getBundle(), "%s was not woven: %s".formatted(what, reason));
  }

  @Override
  public List<WovenMethod> woven() {
    return links.woven();
  }

  @Override
  public boolean linked() {
    return links.linked();
  }

  @Override
  public List<String> problems() {
    synchronized (problems) {
      return problems.values().stream().flatMap(List::stream).toList();
    }
  }

  /** A bundle that expects to be woven and has nothing to weave is a mistake worth an error. */
  private void checkExpectation(Bundle bundle) {
    try {
      if (ConsumerBundle.expectsWeaving(bundle)
          && !BundleClasses.holds(bundle, ClassWeaver.MARKER)) {
        problem(
            bundle,
            "%s has the header %s: true, but no method marked @ChangedPages was found in it"
                .formatted(bundle.getSymbolicName(), ConsumerBundle.HEADER));
      }
    } catch (IOException e) {
      problem(bundle, bundle.getSymbolicName() + " could not be read: " + e);
    }
  }

  private void problem(Bundle bundle, String line) {
    synchronized (problems) {
      problems.computeIfAbsent(bundle, b -> new ArrayList<>()).add(line);
    }
    LOG.log(Level.ERROR, line);
  }

  private void forget(Bundle bundle) {
    synchronized (problems) {
      problems.remove(bundle);
    }
  }
}
