package dev.ooh.barrier.link;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.stream.IntStream;

/** Puts a handle behind another one. */
final class After {
  private After() {}

  /** {@code original}, then {@code after} with the same arguments, unless it threw. */
  static MethodHandle returning(MethodHandle original, MethodHandle after) {
    Class<?> result = original.type().returnType();
    if (result == void.class) {
      return MethodHandles.foldArguments(after, original);
    }
    MethodHandle pass =
        MethodHandles.dropArguments(
            MethodHandles.identity(result), 1, original.type().parameterList());
    MethodHandle marking =
        MethodHandles.foldArguments(pass, 0, MethodHandles.dropArguments(after, 0, result));
    return MethodHandles.foldArguments(marking, original);
  }

  /** {@code original}, then {@code after} with the same arguments, also when it threw midway. */
  static MethodHandle anyway(MethodHandle original, MethodHandle after) {
    MethodType type = original.type();
    Class<?> result = type.returnType();
    MethodHandle cleanup;
    if (result == void.class) {
      cleanup = MethodHandles.dropArguments(after, 0, Throwable.class);
    } else {
      MethodHandle pass =
          MethodHandles.dropArguments(
              MethodHandles.dropArguments(MethodHandles.identity(result), 1, type.parameterList()),
              0,
              Throwable.class);
      cleanup =
          MethodHandles.foldArguments(
              pass, MethodHandles.dropArguments(after, 0, Throwable.class, result));
    }
    return MethodHandles.tryFinally(original, cleanup);
  }

  /** {@code original}, then {@code after} with the same arguments; {@code failed} when it threw. */
  static MethodHandle either(MethodHandle original, MethodHandle after, MethodHandle failed) {
    MethodType type = original.type();
    MethodHandle rethrow =
        MethodHandles.dropArguments(
            MethodHandles.throwException(type.returnType(), Throwable.class),
            1,
            type.parameterList());
    return MethodHandles.catchException(
        returning(original, after),
        Throwable.class,
        MethodHandles.foldArguments(
            rethrow, MethodHandles.dropArguments(failed, 0, Throwable.class)));
  }

  /**
   * {@code handle} on some of the arguments of a call.
   *
   * @param places which argument of the call is the handle's first, second, …
   */
  static MethodHandle on(MethodType call, MethodHandle handle, int... places) {
    MethodType wanted =
        MethodType.methodType(
            void.class, IntStream.of(places).mapToObj(call::parameterType).toList());
    return MethodHandles.permuteArguments(
        handle.asType(wanted), call.changeReturnType(void.class), places);
  }
}
