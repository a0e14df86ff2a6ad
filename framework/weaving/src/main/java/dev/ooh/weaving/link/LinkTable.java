package dev.ooh.weaving.link;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.weaving.WovenMethod;
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Links every woven call to the core's interval entry while there is one, and to "all" while there
 * is none. Classes and their loaders are held weakly, so the table forgets a bundle that went away.
 * For any thread.
 */
public final class LinkTable {
  /** The shape of every woven method. */
  public static final MethodType FETCH =
      MethodType.methodType(
          Interval.class, AddressSpace.class, TrackingConsumer.class, PageSet.class, PageSet.class);

  private static final MethodHandle SOURCE_FETCH;
  private static final MethodHandle ALL;

  static {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      SOURCE_FETCH = lookup.findVirtual(IntervalSource.class, "fetch", FETCH);
      ALL = lookup.findStatic(LinkTable.class, "all", FETCH.insertParameterTypes(0, String.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A woven class reaches the table by a static bootstrap method, so there is one of it. */
  private static final LinkTable SHARED = new LinkTable();

  private final List<WeakReference<MutableCallSite>> sites = new ArrayList<>();
  private final Map<ClassLoader, Set<WovenMethod>> woven = new WeakHashMap<>();
  private @Nullable IntervalSource source;
  private MethodHandle target = all("not linked: no tracking core was there yet");

  LinkTable() {}

  /** The table that woven classes use. */
  public static LinkTable shared() {
    return SHARED;
  }

  /** Bootstrap method of woven calls (JVMS 6.5 {@code invokedynamic}). */
  public static CallSite bootstrap(MethodHandles.Lookup caller, String name, MethodType type) {
    return SHARED.site(type);
  }

  /** From now on all woven calls go to {@code newSource}, in every thread. */
  public synchronized void link(IntervalSource newSource) {
    source = newSource;
    relink(SOURCE_FETCH.bindTo(newSource));
  }

  /** From now on all woven calls answer "all" for {@code reason}, if {@code gone} is linked. */
  public synchronized void unlink(IntervalSource gone, String reason) {
    if (source == gone) {
      source = null;
      relink(all(reason));
    }
  }

  /** Whether woven calls go to a core now. */
  public synchronized boolean linked() {
    return source != null;
  }

  /** Notes a method that was woven into a class of {@code loader}. */
  public synchronized void wove(ClassLoader loader, WovenMethod method) {
    woven.computeIfAbsent(loader, l -> new LinkedHashSet<>()).add(method);
  }

  /** What was woven into classes of {@code loader}. */
  public synchronized Set<WovenMethod> woven(ClassLoader loader) {
    return Set.copyOf(woven.getOrDefault(loader, Set.of()));
  }

  /** What was woven into the classes of all loaders still in use. */
  public synchronized List<WovenMethod> woven() {
    return woven.values().stream().flatMap(Set::stream).toList();
  }

  synchronized MutableCallSite site(MethodType type) {
    MutableCallSite site = new MutableCallSite(type);
    site.setTarget(target);
    sites.removeIf(known -> known.get() == null);
    sites.add(new WeakReference<>(site));
    return site;
  }

  private void relink(MethodHandle newTarget) {
    target = newTarget;
    List<MutableCallSite> changed = new ArrayList<>();
    for (WeakReference<MutableCallSite> known : sites) {
      MutableCallSite site = known.get();
      if (site != null) {
        site.setTarget(newTarget);
        changed.add(site);
      }
    }
    MutableCallSite.syncAll(changed.toArray(MutableCallSite[]::new));
  }

  private static MethodHandle all(String reason) {
    return ALL.bindTo(reason);
  }

  /** What an unlinked call runs. */
  private static Interval all(
      String reason, AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    return Interval.all(scan, reason);
  }
}
