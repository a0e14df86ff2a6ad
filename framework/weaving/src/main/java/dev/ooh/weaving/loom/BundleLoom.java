package dev.ooh.weaving.loom;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Weaves the classes of bundles as they are loaded. Starts before its targets; a bundle that was
 * resolved already is reported and refreshed, unless a loom before this one has woven all that is
 * wanted of it, and but for those that the weaver itself takes something from: where a class of
 * theirs was chosen by name, the {@link Weave} is told that it failed. The bundle that weaves is
 * never woven itself.
 *
 * <p>A failure here never keeps a class from loading: the class stays as it is, and the {@link
 * Weave} is told.
 */
public final class BundleLoom implements WeavingHook, AutoCloseable {
  private static final Logger LOG = System.getLogger(BundleLoom.class.getName());

  private final Weave weave;
  private final Bundle own;
  private final @Nullable FrameworkWiring framework;
  private final String dynamicImport;
  private final ServiceRegistration<WeavingHook> hook;

  private BundleLoom(BundleContext context, Weave weave, Class<?> linkage) {
    this.weave = weave;
    own = context.getBundle();
    framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
    dynamicImport =
        "%s;%s=%s"
            .formatted(
                linkage.getPackageName(),
                Constants.BUNDLE_SYMBOLICNAME_ATTRIBUTE,
                FrameworkUtil.getBundle(linkage).getSymbolicName());
    // Not by Declarative Services: the framework asks for hooks at every class it loads, also at
    // those that the component runtime needs in order to make the hook.
    hook = context.registerService(WeavingHook.class, this, null);
  }

  /**
   * Starts weaving, and refreshes the bundles that were resolved before.
   *
   * @param linkage a class of the package that woven classes call; they import it dynamically, from
   *     its very bundle
   */
  public static BundleLoom start(BundleContext context, Weave weave, Class<?> linkage) {
    BundleLoom loom = new BundleLoom(context, weave, linkage);
    loom.refreshLoadedBefore(context);
    return loom;
  }

  @Override
  public void weave(WovenClass woven) {
    BundleWiring bundle = woven.getBundleWiring();
    String name = woven.getClassName();
    if (bundle.getBundle().equals(own)) {
      return;
    }
    try {
      if (weave.concerns(bundle) && weave.wants(name, woven.getBytes())) {
        weave.weave(bundle, name, woven.getBytes()).ifPresent(result -> take(woven, result));
      }
    } catch (Throwable e) {
      // Whatever it is: thrown on, it would make the class unloadable and this hook be shut out.
      weave.failed(bundle, name, e.toString());
    }
  }

  private void take(WovenClass woven, Weave.Woven result) {
    woven.getDynamicImports().add(dynamicImport);
    woven.setBytes(result.classFile());
    result.done().run();
  }

  private void refreshLoadedBefore(BundleContext context) {
    List<Bundle> late = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      if (isLate(bundle)) {
        late.add(bundle);
        LOG.log(
            Level.WARNING,
            "{0} was resolved before {1} started, and is refreshed to be woven",
            bundle.getSymbolicName(),
            weave.name());
      }
    }
    if (!late.isEmpty() && framework != null) {
      framework.refreshBundles(late);
    }
  }

  private boolean isLate(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    if (wiring == null
        || bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
        || bundle.equals(own)
        || !weave.concerns(wiring)) {
      return false;
    }
    if (runsOn(bundle)) {
      tellChosen(wiring);
      return false;
    }
    try {
      return BundleClasses.holdsUnwoven(bundle, wiring.getClassLoader(), weave);
    } catch (IOException e) {
      weave.failed(wiring, bundle.getSymbolicName(), "it could not be read: " + e);
      return false;
    }
  }

  /**
   * Of a bundle that can't be refreshed: it stays unwoven. No class there is marked, so only names
   * are looked at.
   */
  private void tellChosen(BundleWiring wiring) {
    if (weave.choosesByName()) {
      BundleClasses.names(wiring.getBundle())
          .filter(weave::wantsByName)
          .filter(name -> !weave.hasWoven(wiring.getClassLoader(), name))
          .findFirst()
          .ifPresent(
              name ->
                  weave.failed(wiring, name, "its bundle carries the weaver, which would end too"));
    }
  }

  /**
   * Whether the weaving bundle takes something from that one, or from one that does: the refresh of
   * it would end the weaver too.
   */
  private boolean runsOn(Bundle other) {
    return framework != null && framework.getDependencyClosure(List.of(other)).contains(own);
  }

  /** Weaves no further class. */
  @Override
  public void close() {
    hook.unregister();
  }
}
