package dev.ooh.barrier.weaving;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.woven.WovenCalls;
import dev.ooh.weaving.loom.BundleLoom;
import dev.ooh.weaving.loom.Weave;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Weaves the marked classes of bundles, and those that the property {@value #CLASSES} names. Woven
 * classes keep working when this bundle stops: their barriers do nothing then. Where a class stays
 * unwoven, the technique is refused from then on, and open sessions' intervals say "all".
 */
@Component(
    immediate = true,
    service = {})
public final class BundleStoreWeaver implements Weave {
  /** Framework or system property: names of classes to weave besides the marked ones. */
  static final String CLASSES = "ooh.write-barrier.classes";

  private final StoreLinks links = StoreLinks.shared();
  private final LinkedWeaver weaver;
  private final BundleLoom loom;

  @Activate
  public BundleStoreWeaver(BundleContext context) {
    String names = context.getProperty(CLASSES);
    weaver = new LinkedWeaver(links, ClassPatterns.of(names == null ? "" : names));
    loom = BundleLoom.start(context, this, WovenCalls.class);
  }

  @Deactivate
  void stop() {
    loom.close();
  }

  @Override
  public String name() {
    return "the write barrier";
  }

  @Override
  public boolean concerns(BundleWiring bundle) {
    return true;
  }

  @Override
  public boolean choosesByName() {
    return weaver.choosesSome();
  }

  @Override
  public boolean wantsByName(String className) {
    return weaver.isChosen(className);
  }

  @Override
  public boolean wants(String className, byte[] classFile) {
    return weaver.isWanted(className, classFile);
  }

  @Override
  public boolean hasWoven(ClassLoader loader, String className) {
    return links.classes().wove(loader, className);
  }

  @Override
  public Optional<Woven> weave(BundleWiring bundle, String className, byte[] classFile) {
    return Optional.ofNullable(weaver.weave(bundle.getClassLoader(), className, classFile))
        .map(bytes -> new Woven(bytes, () -> {}));
  }

  @Override
  public void failed(BundleWiring bundle, String what, String reason) {
    weaver.missed(bundle.getClassLoader(), what, reason);
  }
}
