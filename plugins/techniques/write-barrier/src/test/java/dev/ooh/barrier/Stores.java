package dev.ooh.barrier;

import java.io.CharArrayReader;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * One store of each kind at byte 8192 of a segment of 16 KiB. Loaded by a weaving loader; the test
 * sees the map alone.
 */
public final class Stores {
  private static final long AT = 8192;
  private static final MemoryLayout POINT =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("x"),
          ValueLayout.JAVA_INT.withName("y"),
          MemoryLayout.sequenceLayout(4, ValueLayout.JAVA_LONG).withName("longs"));
  private static final VarHandle PLAIN = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle EXACT =
      ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();
  private static final VarHandle FIELD = POINT.varHandle(PathElement.groupElement("y"));
  private static final VarHandle OPEN =
      POINT.varHandle(PathElement.groupElement("longs"), PathElement.sequenceElement());
  private static final VarHandle ELEMENT =
      POINT.arrayElementVarHandle(PathElement.groupElement("x"));
  private static final VarHandle INSERTED = MethodHandles.insertCoordinates(PLAIN, 1, AT);
  private static final VarHandle VIEW =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final MethodHandle FILL = fill();
  private static final MethodHandle SPREAD = FILL.asSpreader(Object[].class, 2);

  /** As a downcall that returns a structure: unwoven code stores to what it allocates. */
  private static final MethodHandle STRUCT = struct();

  private Stores() {}

  private static MethodHandle fill() {
    try {
      return MethodHandles.lookup()
          .findVirtual(
              MemorySegment.class, "fill", MethodType.methodType(MemorySegment.class, byte.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static MethodHandle struct() {
    MethodType type =
        MethodType.methodType(MemorySegment.class, ValueLayout.OfLong.class, long.class);
    try {
      return MethodHandles.insertArguments(
          MethodHandles.lookup().findVirtual(SegmentAllocator.class, "allocateFrom", type),
          1,
          ValueLayout.JAVA_LONG);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Each store by name. */
  public static Map<String, BiConsumer<MemorySegment, MemorySegment>> all() {
    Map<String, BiConsumer<MemorySegment, MemorySegment>> all = new TreeMap<>();
    segments(all);
    copies(all);
    variables(all);
    buffers(all);
    indirect(all);
    return all;
  }

  private static void segments(Map<String, BiConsumer<MemorySegment, MemorySegment>> all) {
    all.put("set byte", (s, o) -> s.set(ValueLayout.JAVA_BYTE, AT, (byte) 1));
    all.put("set boolean", (s, o) -> s.set(ValueLayout.JAVA_BOOLEAN, AT, true));
    all.put("set short", (s, o) -> s.set(ValueLayout.JAVA_SHORT, AT, (short) 1));
    all.put("set char", (s, o) -> s.set(ValueLayout.JAVA_CHAR, AT, 'c'));
    all.put("set int", (s, o) -> s.set(ValueLayout.JAVA_INT, AT, 1));
    all.put("set float", (s, o) -> s.set(ValueLayout.JAVA_FLOAT, AT, 1));
    all.put("set long", (s, o) -> s.set(ValueLayout.JAVA_LONG, AT, 1));
    all.put("set double", (s, o) -> s.set(ValueLayout.JAVA_DOUBLE, AT, 1));
    all.put("set address", (s, o) -> s.set(ValueLayout.ADDRESS, AT, s));
    all.put("set at index", (s, o) -> s.setAtIndex(ValueLayout.JAVA_INT, AT / 4, 1));
    all.put("fill", (s, o) -> s.asSlice(AT, 16).fill((byte) 1));
    all.put("string", (s, o) -> s.setString(AT, "text"));
    all.put("string utf-16", (s, o) -> s.setString(AT, "text", StandardCharsets.UTF_16LE));
  }

  private static void copies(Map<String, BiConsumer<MemorySegment, MemorySegment>> all) {
    all.put("copy from", (s, o) -> s.asSlice(AT, 64).copyFrom(o.asSlice(0, 16)));
    all.put("copy", (s, o) -> MemorySegment.copy(o, 0, s, AT, 16));
    all.put(
        "copy elements",
        (s, o) -> MemorySegment.copy(o, ValueLayout.JAVA_INT, 0, s, ValueLayout.JAVA_INT, AT, 4));
    all.put(
        "copy array",
        (s, o) -> MemorySegment.copy(new int[] {1, 2}, 0, s, ValueLayout.JAVA_INT, AT, 2));
  }

  private static void variables(Map<String, BiConsumer<MemorySegment, MemorySegment>> all) {
    all.put("variable", (s, o) -> PLAIN.set(s, AT, 1L));
    all.put("variable volatile", (s, o) -> PLAIN.setVolatile(s, AT, 1L));
    all.put("variable release", (s, o) -> PLAIN.setRelease(s, AT, 1L));
    all.put("variable opaque", (s, o) -> PLAIN.setOpaque(s, AT, 1L));
    all.put("variable cas", (s, o) -> check(PLAIN.compareAndSet(s, AT, 0L, 1L)));
    all.put(
        "variable exchange", (s, o) -> check((long) PLAIN.compareAndExchange(s, AT, 0L, 1L) == 0));
    all.put("variable add", (s, o) -> check((long) PLAIN.getAndAdd(s, AT, 1L) == 0));
    all.put("variable exact", (s, o) -> EXACT.set(s, AT, 1L));
    all.put("variable field", (s, o) -> FIELD.set(s, AT, 1));
    all.put("variable open path", (s, o) -> OPEN.set(s, AT - 8, 1L, 1L));
    all.put("variable element", (s, o) -> ELEMENT.set(s, AT - 40, 1, 1));
    all.put("variable inserted", (s, o) -> INSERTED.set(s, 1L));
    all.put("variable of a buffer", (s, o) -> VIEW.set(s.asByteBuffer(), (int) AT, 1L));
    all.put("variable of a method", (s, o) -> ValueLayout.JAVA_LONG.varHandle().set(s, AT, 1L));
  }

  private static void buffers(Map<String, BiConsumer<MemorySegment, MemorySegment>> all) {
    all.put("buffer put at", (s, o) -> s.asByteBuffer().put((int) AT, (byte) 1));
    all.put("buffer putLong at", (s, o) -> s.asByteBuffer().putLong((int) AT, 1));
    all.put("buffer put", (s, o) -> at(s).put((byte) 1));
    all.put("buffer putInt", (s, o) -> at(s).putInt(1));
    all.put("buffer put array", (s, o) -> at(s).put(new byte[16]));
    all.put("buffer put array at", (s, o) -> s.asByteBuffer().put((int) AT, new byte[16]));
    all.put("buffer put part", (s, o) -> at(s).put(new byte[16], 4, 8));
    all.put("buffer put buffer", (s, o) -> at(s).put(o.asSlice(0, 32).asByteBuffer()));
    all.put("buffer view", (s, o) -> at(s).asLongBuffer().put(0, 1));
    all.put("buffer view put", (s, o) -> at(s).asIntBuffer().put(1).put(2));
    all.put(
        "buffer read",
        (s, o) -> run(() -> CharBuffer.wrap("text").read(card(s).asByteBuffer().asCharBuffer())));
    all.put("record", (s, o) -> new Place(s, AT).store());
    all.put(
        "buffer read by an heir",
        (s, o) -> run(() -> new Letters().read(card(s).asByteBuffer().asCharBuffer())));
    all.put(
        "buffer read by an interface's heir",
        (s, o) -> {
          Source source = new Letters();
          run(() -> source.read(card(s).asByteBuffer().asCharBuffer()));
        });
    all.put("buffer compact", (s, o) -> s.asSlice(AT, 64).asByteBuffer().position(8).compact());
  }

  private static void indirect(Map<String, BiConsumer<MemorySegment, MemorySegment>> all) {
    all.put("invoked", (s, o) -> run(() -> FILL.invoke((Object) card(s), (byte) 1)));
    all.put("invoked with", (s, o) -> run(() -> FILL.invokeWithArguments(card(s), (byte) 1)));
    all.put(
        "invoked with a list",
        (s, o) -> run(() -> FILL.invokeWithArguments(List.of(card(s), (byte) 1))));
    all.put("invoked spread", (s, o) -> run(() -> SPREAD.invoke(new Object[] {card(s), (byte) 1})));
    all.put("returned", (s, o) -> run(() -> check(STRUCT.invoke(slices(s), 1L) != null)));
    all.put(
        "returned exactly",
        (s, o) ->
            run(
                () -> {
                  MemorySegment made = (MemorySegment) STRUCT.invokeExact(slices(s), 1L);
                  check(made.byteSize() == Long.BYTES);
                }));
    all.put("returned to nobody", (s, o) -> run(() -> STRUCT.invoke(slices(s), 1L)));
    all.put(
        "reflected",
        (s, o) ->
            run(() -> MemorySegment.class.getMethod("fill", byte.class).invoke(card(s), (byte) 1)));
    all.put("allocated", (s, o) -> slices(s).allocateFrom(ValueLayout.JAVA_LONG, 1));
    all.put("allocated string", (s, o) -> slices(s).allocateFrom("text"));
  }

  /** Its equals and hashCode name its components. */
  private record Place(MemorySegment segment, long at) {
    void store() {
      check(equals(new Place(segment, at)));
      segment.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
    }
  }

  /** By whose name a method of the JDK is called. */
  private interface Source extends Readable {}

  private static final class Letters extends CharArrayReader implements Source {
    Letters() {
      super("text".toCharArray());
    }
  }

  private static SegmentAllocator slices(MemorySegment segment) {
    return (bytes, alignment) -> segment.asSlice(AT, bytes);
  }

  private interface Action {
    void run() throws Throwable;
  }

  private static void run(Action action) {
    try {
      action.run();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MemorySegment card(MemorySegment segment) {
    return segment.asSlice(AT, 64);
  }

  private static ByteBuffer at(MemorySegment segment) {
    return segment.asByteBuffer().position((int) AT);
  }

  private static void check(boolean done) {
    if (!done) {
      throw new AssertionError("not stored");
    }
  }
}
