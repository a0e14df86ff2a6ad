package dev.ooh.barrier.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** What follows the methods of {@link MemorySegment} that store. */
final class SegmentStores {
  /** Enough for the terminator of every charset. */
  private static final int TERMINATOR = 4;

  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Barrier barrier;

  SegmentStores(Barrier barrier) {
    this.barrier = barrier;
  }

  /** The method with its barrier. */
  MethodHandle woven(String name, MethodHandle original) {
    MethodType call = original.type();
    return switch (name) {
      case "set" -> After.returning(original, After.on(call, store(call), 0, 2));
      case "setAtIndex" -> After.returning(original, After.on(call, atIndex(call), 0, 2));
      case "fill" -> After.anyway(original, After.on(call, helped("all"), 0));
      case "copyFrom" -> After.anyway(original, After.on(call, helped("front"), 0, 1));
      case "setString" -> After.anyway(original, string(call));
      case "copy" -> After.anyway(original, copied(call));
      default -> throw new LinkageError("no barrier is known for MemorySegment." + name + call);
    };
  }

  /** {@code (segment)}: marks all of it, and returns it. */
  MethodHandle passing() {
    MethodHandle same = MethodHandles.identity(MemorySegment.class);
    return After.returning(same, barrier.whileOn(helped("all")));
  }

  /** {@code (segment, offset)}, of as many bytes as the layout in the call's signature has. */
  private MethodHandle store(MethodType call) {
    return MethodHandles.insertArguments(barrier.store(), 2, bytesOf(call.parameterType(1)));
  }

  private MethodHandle atIndex(MethodType call) {
    MethodHandle scale =
        MethodHandles.insertArguments(
            find("scale", long.class, long.class, long.class), 0, bytesOf(call.parameterType(1)));
    return MethodHandles.filterArguments(store(call), 1, scale);
  }

  private MethodHandle copied(MethodType call) {
    if (call.parameterCount() == 5) {
      return After.on(call, barrier.range(), 2, 3, 4);
    }
    boolean fromArray = call.parameterType(2) == MemorySegment.class;
    MethodHandle elements =
        MethodHandles.collectArguments(
            barrier.range(), 2, find("elements", long.class, ValueLayout.class, long.class));
    // From an array: (array, index, segment, layout, offset, count); from a segment: (…, segment,
    // layout, offset, count).
    int target = fromArray ? 2 : 3;
    return After.on(call, elements, target, target + 2, target + 1, target + 3);
  }

  private MethodHandle string(MethodType call) {
    MethodHandle string =
        MethodHandles.insertArguments(
            find(
                "string",
                void.class,
                MethodHandle.class,
                MemorySegment.class,
                long.class,
                String.class,
                Charset.class),
            0,
            barrier.range());
    return barrier.whileOn(
        call.parameterCount() == 4
            ? string
            : MethodHandles.insertArguments(string, 3, StandardCharsets.UTF_8));
  }

  private MethodHandle helped(String name) {
    return name.equals("all")
        ? MethodHandles.insertArguments(
            find("all", void.class, MethodHandle.class, MemorySegment.class), 0, barrier.range())
        : MethodHandles.insertArguments(
            find("front", void.class, MethodHandle.class, MemorySegment.class, MemorySegment.class),
            0,
            barrier.range());
  }

  static long bytesOf(Class<?> layout) {
    if (layout == ValueLayout.OfByte.class || layout == ValueLayout.OfBoolean.class) {
      return Byte.BYTES;
    }
    if (layout == ValueLayout.OfShort.class || layout == ValueLayout.OfChar.class) {
      return Short.BYTES;
    }
    if (layout == ValueLayout.OfInt.class || layout == ValueLayout.OfFloat.class) {
      return Integer.BYTES;
    }
    return Long.BYTES;
  }

  private MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
    try {
      return lookup.findStatic(
          SegmentStores.class, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static long scale(long bytes, long index) {
    return bytes * index;
  }

  private static long elements(ValueLayout layout, long count) {
    return layout.byteSize() * count;
  }

  private static void all(MethodHandle range, MemorySegment segment) throws Throwable {
    range.invokeExact(segment, 0L, segment.byteSize());
  }

  private static void front(MethodHandle range, MemorySegment target, MemorySegment source)
      throws Throwable {
    range.invokeExact(target, 0L, Math.min(source.byteSize(), target.byteSize()));
  }

  private static void string(
      MethodHandle range, MemorySegment segment, long offset, String text, Charset charset)
      throws Throwable {
    long bytes = text.getBytes(charset).length + (long) TERMINATOR;
    range.invokeExact(segment, offset, Math.min(bytes, segment.byteSize() - offset));
  }
}
