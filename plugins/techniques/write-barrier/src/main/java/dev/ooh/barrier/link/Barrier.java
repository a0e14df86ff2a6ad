package dev.ooh.barrier.link;

import dev.ooh.barrier.card.CardTable;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;

/**
 * The barriers, which do nothing until they are switched on. Woven code calls them after the store,
 * through call sites whose targets the JIT takes for constants: switched off, there is nothing left
 * of them.
 *
 * <p><b>Switching on under running writers.</b> {@link MutableCallSite#setTarget} throws away the
 * compiled code that took the old target for a constant: each thread has left it at its next
 * safepoint, and none is between a store and its barrier there. Interpreted threads read the target
 * anew each time. Since the target is read after the store, a thread that still saw the old one has
 * its store behind it; the fence that whoever switches on calls before it reads memory makes that
 * store visible, like one whose card was seen marked.
 */
final class Barrier {
  /** Segment, offset in it, bytes. */
  private static final MethodType SEGMENT =
      MethodType.methodType(void.class, MemorySegment.class, long.class, long.class);

  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final MutableCallSite store = new MutableCallSite(MethodHandles.empty(SEGMENT));
  private final MutableCallSite range = new MutableCallSite(MethodHandles.empty(SEGMENT));
  private final MutableCallSite active =
      new MutableCallSite(MethodHandles.constant(boolean.class, false));

  /** {@code (segment, offset, bytes)}; marks at most two cards. */
  MethodHandle store() {
    return store.dynamicInvoker();
  }

  /** {@code (segment, offset, bytes)} of any length. */
  MethodHandle range() {
    return range.dynamicInvoker();
  }

  /** {@code after} while the barriers are on, else nothing. */
  MethodHandle whileOn(MethodHandle after) {
    return MethodHandles.guardWithTest(
        active.dynamicInvoker(), after, MethodHandles.empty(after.type()));
  }

  void on(CardTable table) {
    set(
        MethodHandles.insertArguments(find("stored"), 0, table, table.directory(), table.shift()),
        MethodHandles.insertArguments(
            find("storedRange"), 0, table, table.directory(), table.shift()),
        true);
  }

  void off() {
    set(MethodHandles.empty(SEGMENT), MethodHandles.empty(SEGMENT), false);
  }

  private void set(MethodHandle onStore, MethodHandle onRange, boolean isOn) {
    store.setTarget(onStore);
    range.setTarget(onRange);
    active.setTarget(MethodHandles.constant(boolean.class, isOn));
    MutableCallSite.syncAll(new MutableCallSite[] {store, range, active});
  }

  private MethodHandle find(String name) {
    try {
      return lookup.findStatic(
          Barrier.class,
          name,
          SEGMENT.insertParameterTypes(0, CardTable.class, long.class, int.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  /**
   * A segment on the heap has a small number for an address, where nothing native is; should
   * something be armed there, it is reported needlessly.
   */
  private static void stored(
      CardTable table, long directory, int shift, MemorySegment segment, long offset, long bytes) {
    CardTable.stored(table, directory, shift, segment.address() + offset, bytes);
  }

  private static void storedRange(
      CardTable table, long directory, int shift, MemorySegment segment, long offset, long bytes) {
    CardTable.storedRange(table, directory, shift, segment.address() + offset, bytes);
  }
}
