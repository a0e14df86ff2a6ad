package dev.ooh.weaving.internal;

import dev.ooh.memory.IntervalSource;
import dev.ooh.weaving.WeavingReport;
import dev.ooh.weaving.WovenMethod;
import dev.ooh.weaving.link.LinkTable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.util.tracker.BundleTracker;

/**
 * Weaves the classes of bundles that import the contract as they are loaded, and keeps their link
 * to the core up to date. Starts before its targets; one that was loaded already is reported and
 * its bundle refreshed.
 *
 * <p>A failure here never keeps a class from loading: the class stays as it is, which is right and
 * slow, and the failure is reported.
 */
@Component(immediate = true, service = WeavingReport.class)
public final class BundleWeaver implements WeavingHook, WeavingReport {
  private static final Logger LOG = System.getLogger(BundleWeaver.class.getName());
  private static final int IN_USE =
      Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

  private final ClassWeaver weaver = new ClassWeaver();
  private final LinkTable links = LinkTable.shared();
  private final Map<Bundle, List<String>> problems = new LinkedHashMap<>();
  private final BundleTracker<Boolean> consumers;
  private final @Nullable BundleWiring contract;
  private final ServiceRegistration<WeavingHook> hook;

  @Activate
  public BundleWeaver(BundleContext context) {
    BundleWiring own = context.getBundle().adapt(BundleWiring.class);
    contract = own == null ? null : ConsumerBundle.contractOf(own);
    // Not by Declarative Services: the framework asks for hooks at every class it loads, also at
    // those that the component runtime needs in order to make the hook.
    hook = context.registerService(WeavingHook.class, this, null);
    refreshLoadedBefore(context);
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
    hook.unregister();
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
  public void weave(WovenClass woven) {
    BundleWiring wiring = woven.getBundleWiring();
    BundleWiring imported = ConsumerBundle.contractOf(wiring);
    if (imported == null || !ClassWeaver.mentionsMarker(woven.getBytes())) {
      return;
    }
    if (!imported.equals(contract)) {
      problem(
          wiring.getBundle(),
          woven.getClassName() + " was not woven: it imports another dev.ooh.memory than the core");
      return;
    }
    try {
      ClassLoader loader = wiring.getClassLoader();
      ClassWeaver.Outcome outcome = weaver.weave(woven.getClassName(), woven.getBytes(), loader);
      outcome.problems().forEach(line -> problem(wiring.getBundle(), line));
      if (!outcome.methods().isEmpty()) {
        woven.setBytes(outcome.bytes());
        woven.getDynamicImports().add(dynamicImport());
        for (String method : outcome.methods()) {
          String bundle = wiring.getBundle().getSymbolicName();
          WovenMethod done = new WovenMethod(bundle, woven.getClassName(), method);
          links.wove(loader, done);
          LOG.log(Level.INFO, "wove {0}", done);
        }
      }
    } catch (RuntimeException | LinkageError e) {
      // Thrown on, it would make the class unloadable and this hook be shut out.
      problem(wiring.getBundle(), woven.getClassName() + " was not woven: " + e);
    }
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

  /** The woven class sees the link table of this very weaver. */
  private static String dynamicImport() {
    return LinkTable.class.getPackageName()
        + ";"
        + Constants.BUNDLE_SYMBOLICNAME_ATTRIBUTE
        + "="
        + FrameworkUtil.getBundle(LinkTable.class).getSymbolicName();
  }

  /** A bundle that expects to be woven and has nothing to weave is a mistake worth an error. */
  private void checkExpectation(Bundle bundle) {
    try {
      if (ConsumerBundle.expectsWeaving(bundle) && !ConsumerBundle.holdsMarker(bundle)) {
        problem(
            bundle,
            "%s has the header %s: true, but no method marked @ChangedPages was found in it"
                .formatted(bundle.getSymbolicName(), ConsumerBundle.HEADER));
      }
    } catch (IOException e) {
      problem(bundle, bundle.getSymbolicName() + " could not be read: " + e);
    }
  }

  private void refreshLoadedBefore(BundleContext context) {
    List<Bundle> late = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      BundleWiring wiring = bundle.adapt(BundleWiring.class);
      if (wiring == null
          || bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
          || ConsumerBundle.contractOf(wiring) == null
          || !links.woven(wiring.getClassLoader()).isEmpty()) {
        continue;
      }
      try {
        if (ConsumerBundle.holdsMarker(bundle)) {
          late.add(bundle);
          LOG.log(
              Level.WARNING,
              "{0} was resolved before the weaver started, and is refreshed to be woven",
              bundle.getSymbolicName());
        }
      } catch (IOException e) {
        problem(bundle, bundle.getSymbolicName() + " could not be read: " + e);
      }
    }
    FrameworkWiring framework = context.getBundle(0).adapt(FrameworkWiring.class);
    if (!late.isEmpty() && framework != null) {
      framework.refreshBundles(late);
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
