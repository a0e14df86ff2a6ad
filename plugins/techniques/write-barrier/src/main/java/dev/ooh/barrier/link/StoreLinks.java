package dev.ooh.barrier.link;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.memory.PageSet;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where woven stores meet the sessions. Woven classes reach it by static bootstrap methods ({@link
 * dev.ooh.barrier.woven.WovenCalls}), so there is one of it; it forgets classes that went away. For
 * any thread.
 */
public final class StoreLinks {
  private static final int MOST_REASONS = 8;

  /** A call's arguments, in an array, in a reflective call's. */
  private static final int MOST_NESTED = 3;

  private static final StoreLinks SHARED = new StoreLinks();

  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Barrier barrier = new Barrier();
  private final LayoutOffsets offsets = new LayoutOffsets();
  private final SegmentStores segments = new SegmentStores(barrier);
  private final BufferStores buffers = new BufferStores(barrier);
  private final VariableStores variables = new VariableStores(barrier, offsets, this::doubt);
  private final Variables makers = new Variables(offsets, this::unfollowed);

  private final Map<ClassLoader, Set<String>> woven = new WeakHashMap<>();
  private final Map<ClassLoader, Set<String>> unfollowed = new WeakHashMap<>();
  private final Map<Object, Set<String>> users = new LinkedHashMap<>();
  private final Map<Object, PageSet> claims = new HashMap<>();
  private @Nullable CardTable table;
  private boolean hasChosen;

  /** One that no woven class uses. */
  public StoreLinks() {}

  /** The one that woven classes use. */
  public static StoreLinks shared() {
    return SHARED;
  }

  // What woven calls are linked to.

  /** A method of MemorySegment that stores, with its barrier. */
  public MethodHandle segment(String name, MethodHandle original) {
    return segments.woven(name, original);
  }

  /** A method of a buffer that stores, with its barrier. */
  public MethodHandle buffer(String name, MethodHandle original) {
    return buffers.woven(name, original);
  }

  /**
   * An access mode of VarHandle that stores, with its barrier.
   *
   * @param type of the call, the handle first
   */
  public MethodHandle variable(Class<?> caller, String name, MethodType type) {
    return variables.woven(caller.getName(), name, type);
  }

  /** A method that makes a VarHandle, which is followed from then on. */
  public MethodHandle maker(Class<?> caller, String name, MethodHandle original) {
    return makers.woven(caller, name, original);
  }

  /** A method that may store anywhere in memory that it is given: all of that is marked. */
  public MethodHandle handedOut(MethodHandle original) {
    MethodType call = original.type();
    MethodHandle mark =
        handle("markAll", void.class, Object[].class)
            .bindTo(this)
            .asCollector(Object[].class, call.parameterCount())
            .asType(call.changeReturnType(void.class));
    return After.anyway(original, barrier.whileOn(mark));
  }

  /** A method that stores to the segment that it returns: all of that is marked. */
  public MethodHandle allocation(MethodHandle original) {
    return MethodHandles.filterReturnValue(original, segments.passing());
  }

  /** {@code ()}: doubts all that is watched, since {@code caller} stored to who knows where. */
  public MethodHandle unseen(Class<?> caller, String call) {
    String reason =
        "%s calls %s, which stores past every barrier".formatted(caller.getName(), call);
    MethodHandle doubt = handle("doubt", void.class, String.class).bindTo(this);
    return barrier.whileOn(MethodHandles.insertArguments(doubt, 0, reason));
  }

  private MethodHandle handle(String name, Class<?> result, Class<?>... parameters) {
    try {
      return lookup.findVirtual(StoreLinks.class, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private void markAll(Object[] arguments) throws Throwable {
    markAll(arguments, MOST_NESTED);
  }

  /** Arguments may come in arrays and lists of arguments, as those of reflective calls do. */
  private void markAll(@Nullable Object[] arguments, int nested) throws Throwable {
    for (Object argument : arguments) {
      if (argument instanceof MemorySegment segment) {
        barrier.range().invokeExact(segment, 0L, segment.byteSize());
      } else if (argument instanceof Buffer buffer) {
        BufferStores.all(barrier.range(), buffer);
      } else if (argument instanceof Object[] several && nested > 0) {
        markAll(several, nested - 1);
      } else if (argument instanceof List<?> several && nested > 0) {
        markAll(several.toArray(), nested - 1);
      }
    }
  }

  // What weavers tell.

  /**
   * Notes a class whose stores were woven.
   *
   * @param isChosen whether by its name, not by its mark
   * @param what the class does that no barrier can follow, in words
   */
  public synchronized void wove(
      ClassLoader loader, String className, boolean isChosen, List<String> what) {
    hasChosen |= isChosen;
    woven.computeIfAbsent(loader, it -> new LinkedHashSet<>()).add(className);
    what.forEach(line -> unfollowed(loader, line));
  }

  /**
   * Notes stores of a class of {@code loader} that no barrier can follow: no session opens any
   * more, and every interval of the open ones says "all", until the loader is gone.
   *
   * @param what in words
   */
  public synchronized void unfollowed(ClassLoader loader, String what) {
    unfollowed.computeIfAbsent(loader, it -> new LinkedHashSet<>()).add(what);
    // It may be gone by the time that a session asks.
    doubt(what);
  }

  /** Whether a class of {@code loader} was woven. */
  public synchronized boolean wove(ClassLoader loader) {
    return woven.containsKey(loader);
  }

  // What sessions ask.

  public synchronized boolean isWoven(Class<?> type) {
    return woven.getOrDefault(type.getClassLoader(), Set.of()).contains(type.getName());
  }

  /** All classes whose stores were woven. */
  public synchronized List<String> woven() {
    return woven.values().stream().flatMap(Set::stream).toList();
  }

  /** Whether classes were woven that someone named, besides the marked ones. */
  public synchronized boolean hasChosen() {
    return hasChosen;
  }

  /** What woven classes do that no barrier can follow. */
  public synchronized List<String> unfollowed() {
    return unfollowed.values().stream().flatMap(Set::stream).toList();
  }

  /**
   * Switches the barriers on, if they aren't.
   *
   * @param user until it closes
   * @param cardBytes the largest that the user can do with
   * @return a table of cards of this size or smaller
   * @throws IllegalStateException if the table in use has larger cards
   */
  public synchronized CardTable open(Object user, int cardBytes) {
    CardTable now = table;
    if (now == null) {
      now = new CardTable(cardBytes);
      table = now;
      barrier.on(now);
    } else if (now.cardBytes() > cardBytes) {
      throw new IllegalStateException(
          "cards have %d bytes as long as other sessions are open, wanted %d"
              .formatted(now.cardBytes(), cardBytes));
    }
    users.put(user, new LinkedHashSet<>());
    return now;
  }

  /** Switches the barriers off after the last user. */
  public synchronized void close(Object user) {
    claims.remove(user);
    if (users.remove(user) != null && users.isEmpty()) {
      table = null;
      barrier.off();
    }
  }

  /**
   * Takes {@code pages} for {@code user}, in the place of what it had.
   *
   * @return those that somebody else has; then nothing is taken
   */
  public synchronized PageSet claim(Object user, PageSet pages) {
    for (Map.Entry<Object, PageSet> other : claims.entrySet()) {
      PageSet both = other.getValue().intersect(pages);
      if (!other.getKey().equals(user) && !both.isEmpty()) {
        return both;
      }
    }
    claims.put(user, pages);
    return PageSet.empty();
  }

  /**
   * Why stores may have gone unmarked since the last call, if they may. What no barrier can follow
   * is a reason each time, for it may store at any moment.
   */
  public synchronized List<String> takeDoubts(Object user) {
    Set<String> reasons = users.get(user);
    if (reasons == null) {
      return List.of();
    }
    List<String> lasting = unfollowed();
    addTo(reasons, lasting);
    List<String> taken = List.copyOf(reasons);
    reasons.clear();
    // A class that goes away before the next call may store until then.
    addTo(reasons, lasting);
    return taken;
  }

  private synchronized void doubt(String reason) {
    users.values().forEach(reasons -> addTo(reasons, List.of(reason)));
  }

  private static void addTo(Set<String> reasons, List<String> more) {
    for (String reason : more) {
      if (reasons.size() < MOST_REASONS) {
        reasons.add(reason);
      }
    }
  }
}
