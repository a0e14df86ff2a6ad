package dev.ooh.barrier.link;

import dev.ooh.barrier.link.LayoutOffsets.Place;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.invoke.VarHandle;
import java.lang.invoke.VarHandle.AccessMode;
import java.lang.invoke.WrongMethodTypeException;
import java.nio.Buffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What follows the access modes of {@link VarHandle} that store. A call site remembers the first
 * handle that it meets, which in most programs is a constant, and how that one finds its place.
 */
final class VariableStores {
  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Barrier barrier;
  private final LayoutOffsets offsets;
  private final Consumer<String> doubt;

  /**
   * @param doubt told of a store to an unknown place, in words
   */
  VariableStores(Barrier barrier, LayoutOffsets offsets, Consumer<String> doubt) {
    this.barrier = barrier;
    this.offsets = offsets;
    this.doubt = doubt;
  }

  /**
   * The access with its barrier.
   *
   * @param type of the call, the handle first
   */
  MethodHandle woven(String where, String name, MethodType type) {
    AccessMode mode = AccessMode.valueFromMethodName(name);
    MethodHandle original = MethodHandles.varHandleInvoker(mode, type.dropParameterTypes(0, 1));
    int coordinates = type.parameterCount() - 1 - values(mode);
    if (coordinates == 0 || type.parameterType(1).isArray()) {
      return original;
    }
    Class<?> first = type.parameterType(1);
    MethodType seen = type.dropParameterTypes(coordinates + 1, type.parameterCount());
    if (MemorySegment.class.isAssignableFrom(first)) {
      return After.returning(original, leading(type, segment(where, seen)));
    }
    if (Buffer.class.isAssignableFrom(first)) {
      return After.returning(original, leading(type, buffer(where, seen)));
    }
    return first == Object.class
        ? After.returning(original, leading(type, unknown(where, seen)))
        : original;
  }

  private static int values(AccessMode mode) {
    String name = mode.methodName();
    return name.startsWith("compareAnd") || name.startsWith("weakCompareAnd") ? 2 : 1;
  }

  /** {@code after} on the handle and the coordinates of a call; the values are left out. */
  private MethodHandle leading(MethodType call, MethodHandle after) {
    return barrier.whileOn(MethodHandles.dropArgumentsToMatch(after, 0, call.parameterList(), 0));
  }

  private MethodHandle segment(String where, MethodType seen) {
    Site site = new Site(where, seen.changeReturnType(void.class));
    return site.dynamicInvoker();
  }

  private MethodHandle buffer(String where, MethodType seen) {
    MethodHandle access =
        MethodHandles.insertArguments(
            find("buffer", MethodHandle.class, VarHandle.class, Buffer.class, int.class),
            0,
            barrier.range());
    try {
      return access.asType(seen.changeReturnType(void.class));
    } catch (WrongMethodTypeException e) {
      // Through an adapted view, whose coordinates don't say where.
      return unknown(where, seen);
    }
  }

  private MethodHandle unknown(String where, MethodType seen) {
    MethodHandle check =
        MethodHandles.insertArguments(
            find("unknown", Consumer.class, String.class, Object.class), 0, doubt, where);
    return After.on(seen, check, 1);
  }

  private static MethodHandle find(MethodHandles.Lookup lookup, String name, Class<?>... types) {
    try {
      return lookup.findStatic(
          VariableStores.class, name, MethodType.methodType(void.class, types));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private MethodHandle find(String name, Class<?>... types) {
    return find(lookup, name, types);
  }

  /** A view of bytes as longer values: its one coordinate is an index of bytes. */
  private static void buffer(MethodHandle range, VarHandle handle, Buffer buffer, int index)
      throws Throwable {
    BufferStores.absolute(range, buffer, index, BufferStores.bytesOf(handle.varType()));
  }

  private static void unknown(Consumer<String> doubt, String where, Object target) {
    if (target instanceof MemorySegment || target instanceof Buffer) {
      doubt.accept(where + " stores through a handle whose call does not say where in memory");
    }
  }

  /** One woven call; its target is what follows the store. */
  private final class Site extends MutableCallSite {
    private final String where;
    private boolean taken;

    Site(String where, MethodType type) {
      super(type);
      this.where = where;
      setTarget(any());
    }

    /** For whatever handle comes. */
    private MethodHandle any() {
      try {
        return lookup
            .findVirtual(
                Site.class,
                "stored",
                MethodType.methodType(
                    void.class, VarHandle.class, MemorySegment.class, Object[].class))
            .bindTo(this)
            .asCollector(Object[].class, type().parameterCount() - 2)
            .asType(type());
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("stored", e);
      }
    }

    private void stored(VarHandle handle, MemorySegment segment, Object[] coordinates)
        throws Throwable {
      Place place = offsets.of(handle);
      if (place == null || place.offset().type().parameterCount() != coordinates.length) {
        doubt.accept(
            where + " stores through a variable handle that no woven class made of a layout");
        return;
      }
      long offset = (long) place.offset().invokeWithArguments(coordinates);
      barrier.range().invokeExact(segment, offset, place.bytes());
      take(handle, place);
    }

    private synchronized void take(VarHandle handle, Place place) {
      if (!taken) {
        taken = true;
        setTarget(MethodHandles.guardWithTest(isIt(handle), at(place), any()));
      }
    }

    /** {@code (handle, segment, …)}: whether the handle is the one that came first. */
    private MethodHandle isIt(VarHandle handle) {
      MethodHandle same;
      try {
        same =
            lookup.findStatic(
                VariableStores.class,
                "same",
                MethodType.methodType(boolean.class, VarHandle.class, VarHandle.class));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("same", e);
      }
      return MethodHandles.dropArgumentsToMatch(
          MethodHandles.insertArguments(same, 0, handle), 0, type().parameterList(), 0);
    }

    /** {@code (handle, segment, …)}: marks what the handle stores to there. */
    private MethodHandle at(Place place) {
      MethodHandle store = MethodHandles.insertArguments(barrier.store(), 2, place.bytes());
      return MethodHandles.dropArguments(
              MethodHandles.collectArguments(store, 1, place.offset()), 0, VarHandle.class)
          .asType(type());
    }
  }

  private static boolean same(@Nullable VarHandle known, VarHandle handle) {
    return known == handle;
  }
}
