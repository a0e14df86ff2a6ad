package dev.ooh.barrier.weaving;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.woven.WovenCalls;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/**
 * The way in on a class path: {@code -javaagent:write-barrier.jar=NAMES} weaves the marked classes
 * and those that NAMES gives, comma-separated, with {@code *} for any characters. Byte Buddy must
 * be on the class path.
 *
 * <p>It can't be attached to a running program: a mark doesn't show in a class that was loaded
 * already, and a method that runs goes on as it was until it returns.
 */
public final class BarrierAgent implements ClassFileTransformer {
  private static final String OWN = "dev.ooh.barrier.";

  private final LinkedWeaver weaver;

  BarrierAgent(LinkedWeaver weaver) {
    this.weaver = weaver;
  }

  /** Called by the JVM before main. */
  public static void premain(@Nullable String names, Instrumentation instrumentation) {
    Class<?>[] loaded = instrumentation.getAllLoadedClasses();
    ClassPatterns chosen = ClassPatterns.of(names == null ? "" : names);
    LinkedWeaver weaver = new LinkedWeaver(StoreLinks.shared(), chosen);
    instrumentation.addTransformer(new BarrierAgent(weaver));
    for (Class<?> early : loaded) {
      ClassLoader loader = early.getClassLoader();
      String name = early.getName();
      if (loader != null && !name.startsWith(OWN) && chosen.matches(name)) {
        weaver.missed(loader, name, "another agent loaded it before");
      }
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String internalName,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    if (internalName == null || loader == null) {
      return null;
    }
    String name = internalName.replace('/', '.');
    if (name.startsWith(OWN)) {
      return null;
    }
    try {
      return weaver.isWanted(name, classFile) ? weave(loader, name, classFile) : null;
    } catch (Throwable e) {
      // Whatever it is: thrown on, the JVM would drop it.
      weaver.missed(loader, name, e.toString());
      return null;
    }
  }

  private byte @Nullable [] weave(ClassLoader loader, String name, byte[] classFile) {
    byte[] woven = weaver.weave(loader, name, classFile);
    if (woven == null || reachesOwn(loader)) {
      return woven;
    }
    weaver.missed(loader, name, "its loader %s doesn't see the agent's classes".formatted(loader));
    return null;
  }

  private static boolean reachesOwn(ClassLoader loader) {
    try {
      return Class.forName(WovenCalls.class.getName(), false, loader) == WovenCalls.class;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
