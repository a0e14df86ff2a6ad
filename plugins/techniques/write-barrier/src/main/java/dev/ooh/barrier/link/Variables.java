package dev.ooh.barrier.link;

import dev.ooh.barrier.link.LayoutOffsets.Place;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Follows the calls that make variable handles over memory, to know where these store to. */
final class Variables {
  private static final MethodHandle MAKE;

  static {
    try {
      MAKE =
          MethodHandles.lookup()
              .findVirtual(
                  Variables.class,
                  "make",
                  MethodType.methodType(
                      Object.class, MethodHandle.class, Class.class, String.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LayoutOffsets offsets;
  private final BiConsumer<ClassLoader, String> unfollowed;

  /**
   * @param unfollowed told of a handle whose stores will not be seen, in words
   */
  Variables(LayoutOffsets offsets, BiConsumer<ClassLoader, String> unfollowed) {
    this.offsets = offsets;
    this.unfollowed = unfollowed;
  }

  /**
   * A call that makes a handle, of a layout or of another handle, followed.
   *
   * @param where the class that calls, for messages
   */
  MethodHandle woven(Class<?> where, String name, MethodHandle original) {
    MethodType call = original.type();
    MethodHandle spread =
        original.asType(call.generic()).asSpreader(Object[].class, call.parameterCount());
    return MethodHandles.insertArguments(MAKE, 0, this, spread, where, name)
        .asCollector(Object[].class, call.parameterCount())
        .asType(call);
  }

  private Object make(MethodHandle original, Class<?> where, String name, Object[] arguments)
      throws Throwable {
    Object made = original.invokeExact(arguments);
    if (made instanceof VarHandle handle) {
      Place place = arguments[0] instanceof MemoryLayout ? laidOut(name, arguments) : null;
      if (arguments[0] instanceof VarHandle from) {
        place = derived(name, from, arguments);
      }
      if (place != null) {
        offsets.remember(handle, place);
      }
    }
    if (arguments[0] instanceof VarHandle from
        && !isFollowed(name, from, arguments)
        && overMemory(from)) {
      unfollowed.accept(
          where.getClassLoader(),
          "%s calls %s of a handle over memory".formatted(where.getName(), name));
    }
    return made;
  }

  /** A view of a buffer's bytes is known by its shape alone, which no adapter may change. */
  private static boolean isFollowed(String name, VarHandle from, Object[] arguments) {
    return switch (name) {
      case "withInvokeExactBehavior", "withInvokeBehavior" -> true;
      case "filterValue" -> !isOver(Buffer.class, from);
      case "insertCoordinates" -> !isOver(Buffer.class, from) && (int) arguments[1] > 0;
      default -> false;
    };
  }

  private static boolean overMemory(VarHandle handle) {
    return isOver(MemorySegment.class, handle) || isOver(Buffer.class, handle);
  }

  private static boolean isOver(Class<?> memory, VarHandle handle) {
    return handle.coordinateTypes().stream().anyMatch(memory::isAssignableFrom);
  }

  /** Null where the layout can't say, as on a path through a pointer. */
  private static @Nullable Place laidOut(String name, Object[] arguments) {
    MemoryLayout layout = (MemoryLayout) arguments[0];
    PathElement[] path = arguments.length > 1 ? (PathElement[]) arguments[1] : new PathElement[0];
    try {
      MethodHandle offset = layout.byteOffsetHandle(path);
      if (name.equals("arrayElementVarHandle")) {
        offset = MethodHandles.collectArguments(offset, 0, layout.scaleHandle());
      }
      return new Place(offset, layout.select(path).byteSize());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private @Nullable Place derived(String name, VarHandle from, Object[] arguments) {
    Place place = offsets.of(from);
    if (place == null || !isFollowed(name, from, arguments)) {
      return null;
    }
    if (!name.equals("insertCoordinates")) {
      return place;
    }
    Object[] values = (Object[]) arguments[2];
    // As the handle itself converts them: an index may be given as an Integer.
    Object[] longs =
        Arrays.stream(values).map(value -> (Object) ((Number) value).longValue()).toArray();
    return new Place(
        MethodHandles.insertArguments(place.offset(), (int) arguments[1] - 1, longs),
        place.bytes());
  }
}
