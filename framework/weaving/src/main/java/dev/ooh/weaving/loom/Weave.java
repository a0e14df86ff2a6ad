package dev.ooh.weaving.loom;

import java.util.Optional;
import org.osgi.framework.wiring.BundleWiring;

/** What a {@link BundleLoom} weaves into which classes. For any thread. */
public interface Weave {
  /** For messages. */
  String name();

  /** Whether classes of this bundle may be woven at all; asked before a class is looked at. */
  boolean concerns(BundleWiring bundle);

  /** Whether there are classes that are to be woven by their names. */
  default boolean choosesByName() {
    return false;
  }

  /** Whether the class is to be woven by its name alone. */
  default boolean wantsByName(String className) {
    return false;
  }

  /** Whether the class is to be woven. */
  boolean wants(String className, byte[] classFile);

  /** Whether this class of {@code loader} was woven already. */
  boolean hasWoven(ClassLoader loader, String className);

  /** Weaves a class that is wanted; empty where it stays as it is. */
  Optional<Woven> weave(BundleWiring bundle, String className, byte[] classFile);

  /** A class, or what the bundle holds, could not be woven or looked at. */
  void failed(BundleWiring bundle, String what, String reason);

  /**
   * A woven class.
   *
   * @param done called when the framework has taken the bytes
   */
  record Woven(byte[] classFile, Runnable done) {}
}
