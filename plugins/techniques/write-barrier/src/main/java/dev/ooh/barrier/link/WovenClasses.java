package dev.ooh.barrier.link;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/**
 * Which classes' stores have barriers, and what these classes do that no barrier can follow.
 * Forgets classes that went away. For any thread.
 */
public final class WovenClasses {
  private final Consumer<String> doubt;
  private final Map<ClassLoader, Set<String>> woven = new WeakHashMap<>();
  private final Map<ClassLoader, Set<String>> unfollowed = new WeakHashMap<>();
  private boolean hasChosen;

  /**
   * @param doubt told, in words, of stores that no barrier can follow
   */
  WovenClasses(Consumer<String> doubt) {
    this.doubt = doubt;
  }

  /**
   * Notes a class whose stores were woven.
   *
   * @param isChosen whether by its name, not by its mark
   * @param what the class does that no barrier can follow, in words
   */
  public void wove(ClassLoader loader, String className, boolean isChosen, List<String> what) {
    synchronized (this) {
      hasChosen |= isChosen;
      woven.computeIfAbsent(loader, it -> new LinkedHashSet<>()).add(className);
    }
    what.forEach(line -> unfollowed(loader, line));
  }

  /**
   * Notes stores of a class of {@code loader} that no barrier can follow: no session opens any
   * more, and every interval of the open ones says "all", until the loader is gone.
   *
   * @param what in words
   */
  public void unfollowed(ClassLoader loader, String what) {
    synchronized (this) {
      unfollowed.computeIfAbsent(loader, it -> new LinkedHashSet<>()).add(what);
    }
    // The class may be gone by the time that a session asks. Told without the lock, which whoever
    // takes the doubts asks for while it holds its own.
    doubt.accept(what);
  }

  /** Whether this class of {@code loader} was woven. */
  public synchronized boolean wove(ClassLoader loader, String className) {
    return woven.getOrDefault(loader, Set.of()).contains(className);
  }

  /** Whether the stores of {@code type} were woven. */
  public boolean isWoven(Class<?> type) {
    return wove(type.getClassLoader(), type.getName());
  }

  /** Whether classes were woven that someone named, besides the marked ones. */
  public synchronized boolean hasChosen() {
    return hasChosen;
  }

  /** What woven classes do that no barrier can follow. */
  public synchronized List<String> unfollowed() {
    return unfollowed.values().stream().flatMap(Set::stream).toList();
  }
}
