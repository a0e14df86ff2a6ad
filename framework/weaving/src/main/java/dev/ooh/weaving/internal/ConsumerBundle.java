package dev.ooh.weaving.internal;

import dev.ooh.memory.ChangedPages;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** What the weaver asks of a bundle that may hold marked methods. */
final class ConsumerBundle {
  /** Manifest header by which a bundle says that it expects to be woven: {@code true}. */
  static final String HEADER = "OoH-Consumer";

  private static final String API = ChangedPages.class.getPackageName();

  private ConsumerBundle() {}

  static boolean expectsWeaving(Bundle bundle) {
    return Boolean.parseBoolean(bundle.getHeaders("").get(HEADER));
  }

  /** The wiring from which {@code wiring} imports the contract; null when it doesn't. */
  static @Nullable BundleWiring contractOf(BundleWiring wiring) {
    List<BundleWire> wires = wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE);
    if (wires != null) {
      for (BundleWire wire : wires) {
        if (API.equals(
            wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
          return wire.getProviderWiring();
        }
      }
    }
    return null;
  }
}
