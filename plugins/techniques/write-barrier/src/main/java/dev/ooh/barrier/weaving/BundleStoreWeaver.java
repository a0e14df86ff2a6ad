package dev.ooh.barrier.weaving;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.woven.WovenCalls;
import dev.ooh.memory.StoresTracked;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
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

/**
 * Weaves the marked classes of bundles as they are loaded, and those that the property {@value
 * #CLASSES} names. Starts before its targets; a bundle that was resolved already is reported and
 * refreshed. Woven classes keep working when this bundle stops: their barriers do nothing then.
 *
 * <p>A failure here never keeps a class from loading; the class stays unwoven, the technique is
 * refused from then on, and open sessions' intervals say "all".
 */
@Component(
    immediate = true,
    service = {})
public final class BundleStoreWeaver implements WeavingHook {
  /** Framework or system property: names of classes to weave besides the marked ones. */
  static final String CLASSES = "ooh.write-barrier.classes";

  private static final Logger LOG = System.getLogger(BundleStoreWeaver.class.getName());

  private final StoreLinks links = StoreLinks.shared();
  private final ClassPatterns chosen;
  private final LinkedWeaver weaver;
  private final Bundle own;
  private final ServiceRegistration<WeavingHook> hook;

  @Activate
  public BundleStoreWeaver(BundleContext context) {
    String names = context.getProperty(CLASSES);
    chosen = ClassPatterns.of(names == null ? "" : names);
    weaver = new LinkedWeaver(links, chosen);
    own = context.getBundle();
    // Not by Declarative Services: the framework asks for hooks at every class it loads, also at
    // those that the component runtime needs in order to make the hook.
    hook = context.registerService(WeavingHook.class, this, null);
    refreshLoadedBefore(context);
  }

  @Deactivate
  void stop() {
    hook.unregister();
  }

  @Override
  public void weave(WovenClass woven) {
    BundleWiring wiring = woven.getBundleWiring();
    String name = woven.getClassName();
    if (wiring.getBundle().equals(own) || !weaver.isWanted(name, woven.getBytes())) {
      return;
    }
    ClassLoader loader = wiring.getClassLoader();
    byte[] bytes = weaver.weave(loader, name, woven.getBytes());
    if (bytes == null) {
      return;
    }
    try {
      woven.getDynamicImports().add(dynamicImport());
      woven.setBytes(bytes);
    } catch (RuntimeException e) {
      // Thrown on, it would make the class unloadable and this hook be shut out.
      weaver.missed(loader, name, e.toString());
    }
  }

  /** The woven class sees the bootstrap methods of this very bundle. */
  private static String dynamicImport() {
    return "%s;%s=%s"
        .formatted(
            WovenCalls.class.getPackageName(),
            Constants.BUNDLE_SYMBOLICNAME_ATTRIBUTE,
            FrameworkUtil.getBundle(WovenCalls.class).getSymbolicName());
  }

  private void refreshLoadedBefore(BundleContext context) {
    List<Bundle> late = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      BundleWiring wiring = bundle.adapt(BundleWiring.class);
      if (wiring == null
          || bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
          || bundle.equals(own)
          || links.wove(wiring.getClassLoader())) {
        continue;
      }
      try {
        if (holdsChosen(bundle)) {
          late.add(bundle);
          LOG.log(
              Level.WARNING,
              "{0} was resolved before the write barrier started, and is refreshed to be woven",
              bundle.getSymbolicName());
        }
      } catch (IOException e) {
        weaver.missed(wiring.getClassLoader(), bundle.getSymbolicName(), e.toString());
      }
    }
    FrameworkWiring framework = context.getBundle(0).adapt(FrameworkWiring.class);
    if (!late.isEmpty() && framework != null) {
      framework.refreshBundles(late);
    }
  }

  /** Whether the bundle holds a class to weave; reads all its classes. */
  private boolean holdsChosen(Bundle bundle) throws IOException {
    Enumeration<URL> classFiles = bundle.findEntries("/", "*.class", true);
    if (classFiles != null) {
      for (URL url : Collections.list(classFiles)) {
        String path = url.getPath();
        String name = path.substring(1, path.length() - ".class".length()).replace('/', '.');
        if (chosen.matches(name)) {
          return true;
        }
        try (InputStream in = url.openStream()) {
          byte[] classFile = in.readAllBytes();
          if (StoreWeaver.bearsMark(classFile) && !isTheMark(name)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** The annotation holds its own name. */
  private static boolean isTheMark(String className) {
    return className.equals(StoresTracked.class.getName());
  }
}
