package dev.ooh.barrier.link;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What woven calls are linked to: the original call, and its barrier behind it. For any thread. */
public final class CallLinks {
  /** A call's arguments, in an array, in a reflective call's. */
  private static final int MOST_NESTED = 3;

  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Barrier barrier;
  private final Consumer<String> doubt;
  private final SegmentStores segments;
  private final BufferStores buffers;
  private final VariableStores variables;
  private final Variables makers;

  /**
   * @param doubt told, in words, of a store to an unknown place, when it is made
   * @param unfollowed told, in words, of a class whose stores will not be seen
   */
  CallLinks(Barrier barrier, Consumer<String> doubt, BiConsumer<ClassLoader, String> unfollowed) {
    this.barrier = barrier;
    this.doubt = doubt;
    LayoutOffsets offsets = new LayoutOffsets();
    segments = new SegmentStores(barrier);
    buffers = new BufferStores(barrier);
    variables = new VariableStores(barrier, offsets, doubt);
    makers = new Variables(offsets, unfollowed);
  }

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

  /**
   * A method that may store anywhere in memory that it is given, and in what it returns, as a
   * downcall does with a structure: all of that is marked.
   */
  public MethodHandle handedOut(MethodHandle original) {
    MethodType call = original.type();
    MethodHandle mark = markAll(call.changeReturnType(void.class));
    MethodHandle marking = After.anyway(original, barrier.whileOn(mark));
    Class<?> result = call.returnType();
    if (!result.isAssignableFrom(MemorySegment.class)) {
      return marking;
    }
    MethodHandle returned = markAll(MethodType.methodType(void.class, result));
    return MethodHandles.filterReturnValue(
        marking, After.returning(MethodHandles.identity(result), barrier.whileOn(returned)));
  }

  private MethodHandle markAll(MethodType type) {
    return handle("markAll", void.class, Object[].class)
        .bindTo(this)
        .asCollector(Object[].class, type.parameterCount())
        .asType(type);
  }

  /** A method that stores to the segment that it returns: all of that is marked. */
  public MethodHandle allocation(MethodHandle original) {
    return MethodHandles.filterReturnValue(original, segments.passing());
  }

  /** {@code ()}: doubts all that is watched, since {@code caller} stored to who knows where. */
  public MethodHandle unseen(Class<?> caller, String call) {
    String reason =
        "%s calls %s, which stores past every barrier".formatted(caller.getName(), call);
    MethodHandle tell = handle("tell", void.class, String.class).bindTo(this);
    return barrier.whileOn(MethodHandles.insertArguments(tell, 0, reason));
  }

  private MethodHandle handle(String name, Class<?> result, Class<?>... parameters) {
    try {
      return lookup.findVirtual(CallLinks.class, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private void tell(String reason) {
    doubt.accept(reason);
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
}
