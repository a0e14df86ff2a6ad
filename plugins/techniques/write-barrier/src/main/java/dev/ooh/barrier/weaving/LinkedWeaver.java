package dev.ooh.barrier.weaving;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.weaving.StoreWeaver.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Weaves the chosen classes and tells the links what became of each: a store that stays without a
 * barrier must not go unsaid. For any thread.
 */
final class LinkedWeaver {
  private static final Logger LOG = System.getLogger(LinkedWeaver.class.getName());

  private final StoreWeaver weaver = new StoreWeaver();
  private final StoreLinks links;
  private final ClassPatterns chosen;

  LinkedWeaver(StoreLinks links, ClassPatterns chosen) {
    this.links = links;
    this.chosen = chosen;
  }

  /** Whether somebody named classes. */
  boolean choosesSome() {
    return !chosen.patterns().isEmpty();
  }

  /** Whether somebody named the class. */
  boolean isChosen(String className) {
    return chosen.matches(className);
  }

  /** Whether the class is to be woven: it was named, or bears the mark. */
  boolean isWanted(String className, byte[] classFile) {
    return isChosen(className) || StoreWeaver.MARK.isIn(className, classFile);
  }

  /**
   * Weaves a class that is wanted. Whoever calls tells of what it throws that the class was {@link
   * #missed}.
   *
   * @return null where the class stays as it is: nothing in it stores
   */
  byte @Nullable [] weave(ClassLoader loader, String className, byte[] classFile) {
    Outcome outcome = weaver.weave(className, classFile, loader);
    outcome.unfollowed().forEach(line -> LOG.log(Level.ERROR, line));
    links.classes().wove(loader, className, isChosen(className), outcome.unfollowed());
    LOG.log(Level.DEBUG, "wove {0} stores of {1}", outcome.calls(), className);
    return outcome.calls() > 0 ? outcome.bytes() : null;
  }

  /** Notes that the stores of a class have no barriers. */
  void missed(ClassLoader loader, String className, String reason) {
    String what = "the stores of %s were not woven: %s".formatted(className, reason);
    LOG.log(Level.ERROR, what);
    links.classes().unfollowed(loader, what);
  }
}
