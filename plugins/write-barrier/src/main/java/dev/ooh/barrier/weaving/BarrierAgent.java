package dev.ooh.barrier.weaving;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.weaving.StoreWeaver.Outcome;
import dev.ooh.barrier.woven.WovenCalls;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/**
 * The way in on a class path: {@code -javaagent:write-barrier.jar=NAMES} weaves the marked classes
 * and those that NAMES gives, comma-separated, with {@code *} for any characters. Byte Buddy must
 * be on the class path. Attached later, it weaves what was loaded already, too.
 */
public final class BarrierAgent implements ClassFileTransformer {
  private static final Logger LOG = System.getLogger(BarrierAgent.class.getName());
  private static final String OWN = "dev.ooh.barrier.";

  private final StoreWeaver weaver = new StoreWeaver();
  private final StoreLinks links = StoreLinks.shared();
  private final ClassPatterns chosen;

  private BarrierAgent(ClassPatterns chosen) {
    this.chosen = chosen;
  }

  /** Called by the JVM before main. */
  public static void premain(@Nullable String names, Instrumentation instrumentation) {
    instrumentation.addTransformer(agent(names), true);
  }

  /** Called by the JVM when the agent is attached. */
  public static void agentmain(@Nullable String names, Instrumentation instrumentation)
      throws UnmodifiableClassException {
    BarrierAgent agent = agent(names);
    instrumentation.addTransformer(agent, true);
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (instrumentation.isModifiableClass(loaded) && agent.mayChoose(loaded)) {
        instrumentation.retransformClasses(loaded);
      }
    }
  }

  private static BarrierAgent agent(@Nullable String names) {
    return new BarrierAgent(ClassPatterns.of(names == null ? "" : names));
  }

  /** The mark doesn't show in a loaded class, so all of this product's are looked at. */
  private boolean mayChoose(Class<?> loaded) {
    String name = loaded.getName();
    return !loaded.isHidden()
        && !loaded.isArray()
        && (chosen.matches(name) || name.startsWith("dev.ooh."));
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
    if (name.startsWith(OWN) || !(chosen.matches(name) || StoreWeaver.bearsMark(classFile))) {
      return null;
    }
    try {
      if (Class.forName(WovenCalls.class.getName(), false, loader) != WovenCalls.class) {
        throw new IllegalStateException("its loader has another " + WovenCalls.class.getName());
      }
      Outcome outcome = weaver.weave(name, classFile, loader);
      outcome.unfollowed().forEach(line -> LOG.log(Level.ERROR, line));
      links.wove(loader, name, chosen.matches(name), outcome.unfollowed());
      LOG.log(Level.DEBUG, "wove {0} stores of {1}", outcome.calls(), name);
      return outcome.calls() > 0 ? outcome.bytes() : null;
    } catch (RuntimeException | ClassNotFoundException | LinkageError e) {
      LOG.log(Level.ERROR, "the stores of " + name + " were not woven: " + e);
      return null;
    }
  }
}
