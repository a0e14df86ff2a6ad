package dev.ooh.barrier.link;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** What follows the methods of buffers that store; only direct buffers count. */
final class BufferStores {
  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Barrier barrier;
  private final MethodHandle absolute;
  private final MethodHandle relative;
  private final MethodHandle broken;
  private final MethodHandle position;

  BufferStores(Barrier barrier) {
    this.barrier = barrier;
    absolute =
        MethodHandles.insertArguments(
            find("absolute", void.class, MethodHandle.class, Buffer.class, long.class, long.class),
            0,
            barrier.range());
    relative =
        MethodHandles.insertArguments(
            find("relative", void.class, MethodHandle.class, int.class, Buffer.class),
            0,
            barrier.range());
    broken =
        MethodHandles.insertArguments(
            find("broken", void.class, MethodHandle.class, int.class, Buffer.class),
            0,
            barrier.range());
    position = find("position", int.class, Buffer.class);
  }

  /** The method with its barrier. */
  MethodHandle woven(String name, MethodHandle original) {
    MethodType call = original.type();
    if (isAbsolute(call)) {
      return After.anyway(original, barrier.whileOn(absolute(call)));
    }
    // Where it stores from is known before, how far it came only afterwards.
    MethodType captured = call.insertParameterTypes(0, int.class);
    MethodHandle later = MethodHandles.dropArguments(original, 0, int.class);
    MethodHandle marking =
        After.either(
            later,
            barrier.whileOn(After.on(captured, relative, 0, 1)),
            barrier.whileOn(After.on(captured, broken, 0, 1)));
    Class<?> buffer = call.parameterType(0);
    MethodHandle before =
        name.equals("compact")
            ? MethodHandles.dropArguments(MethodHandles.constant(int.class, 0), 0, buffer)
            : position.asType(MethodType.methodType(int.class, buffer));
    return MethodHandles.foldArguments(marking, before);
  }

  /** {@code put(index, …)}: an int, and something to put there. */
  private static boolean isAbsolute(MethodType call) {
    return call.parameterCount() >= 3 && call.parameterType(1) == int.class;
  }

  private MethodHandle absolute(MethodType call) {
    Class<?> put = call.parameterType(2);
    long element = bytesOfElement(call.parameterType(0));
    MethodHandle scaled =
        MethodHandles.filterArguments(
            absolute, 1, MethodHandles.insertArguments(scale(), 0, element));
    if (put.isPrimitive()) {
      return After.on(call, MethodHandles.insertArguments(scaled, 2, bytesOf(put)), 0, 1);
    }
    if (call.parameterCount() > 3) {
      // (buffer, index, source, offset, length)
      return After.on(
          call,
          MethodHandles.filterArguments(
              scaled, 2, MethodHandles.insertArguments(scale(), 0, element)),
          0,
          1,
          4);
    }
    MethodHandle length =
        MethodHandles.insertArguments(
            find("arrayBytes", long.class, long.class, Object.class), 0, element);
    return After.on(call, MethodHandles.filterArguments(scaled, 2, length), 0, 1, 2);
  }

  private MethodHandle scale() {
    return find("scale", long.class, long.class, long.class);
  }

  static long bytesOf(Class<?> value) {
    if (value == byte.class || value == boolean.class) {
      return Byte.BYTES;
    }
    if (value == short.class || value == char.class) {
      return Short.BYTES;
    }
    return value == int.class || value == float.class ? Integer.BYTES : Long.BYTES;
  }

  /**
   * @param buffer the class of a buffer, as declared or as it is
   */
  private static long bytesOfElement(Class<?> buffer) {
    if (ByteBuffer.class.isAssignableFrom(buffer)) {
      return Byte.BYTES;
    }
    if (ShortBuffer.class.isAssignableFrom(buffer) || CharBuffer.class.isAssignableFrom(buffer)) {
      return Short.BYTES;
    }
    return LongBuffer.class.isAssignableFrom(buffer) || DoubleBuffer.class.isAssignableFrom(buffer)
        ? Long.BYTES
        : Integer.BYTES;
  }

  private MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
    try {
      return lookup.findStatic(BufferStores.class, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static long scale(long bytes, long index) {
    return bytes * index;
  }

  private static long arrayBytes(long element, Object array) {
    return element * Array.getLength(array);
  }

  private static int position(Buffer buffer) {
    return buffer.position();
  }

  /** Marks {@code bytes} bytes from {@code offset} of the buffer's first element on. */
  static void absolute(MethodHandle range, Buffer buffer, long offset, long bytes)
      throws Throwable {
    if (buffer.isDirect()) {
      // The segment starts at the buffer's position.
      MemorySegment segment = MemorySegment.ofBuffer(buffer);
      range.invokeExact(segment, offset - buffer.position() * elementBytes(buffer), bytes);
    }
  }

  /** Marks all of the buffer, whatever its position and limit. */
  static void all(MethodHandle range, Buffer buffer) throws Throwable {
    absolute(range, buffer, 0, buffer.capacity() * elementBytes(buffer));
  }

  private static void relative(MethodHandle range, int from, Buffer buffer) throws Throwable {
    between(range, buffer, from, buffer.position());
  }

  /** A call that threw midway has not moved the position: it came no further than the limit. */
  private static void broken(MethodHandle range, int from, Buffer buffer) throws Throwable {
    between(range, buffer, from, buffer.limit());
  }

  private static void between(MethodHandle range, Buffer buffer, int from, int to)
      throws Throwable {
    long element = elementBytes(buffer);
    absolute(range, buffer, from * element, (to - from) * element);
  }

  private static long elementBytes(Buffer buffer) {
    return bytesOfElement(buffer.getClass());
  }
}
