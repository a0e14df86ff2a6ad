package dev.ooh.machine.substrate;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Calls {@link SlowAccess} in a way that the compiler can't inline, as each method handle is a
 * field and no constant. So the compiled loop around a store holds one opaque call instead of the
 * walk, and keeps what it needs in registers. Random stores take half as long.
 */
final class SlowDoor {
  private final MethodHandle getByte;
  private final MethodHandle putByte;
  private final MethodHandle getInt;
  private final MethodHandle putInt;
  private final MethodHandle getLong;
  private final MethodHandle putLong;

  SlowDoor(SlowAccess access) {
    getByte = bind(access, "getByte", byte.class, long.class);
    putByte = bind(access, "putByte", void.class, long.class, byte.class);
    getInt = bind(access, "getInt", int.class, long.class);
    putInt = bind(access, "putInt", void.class, long.class, int.class);
    getLong = bind(access, "getLong", long.class, long.class);
    putLong = bind(access, "putLong", void.class, long.class, long.class);
  }

  private static MethodHandle bind(
      SlowAccess access, String name, Class<?> result, Class<?>... parameters) {
    try {
      return MethodHandles.lookup().bind(access, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  byte getByte(long address) {
    try {
      return (byte) getByte.invokeExact(address);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  void putByte(long address, byte value) {
    try {
      putByte.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  int getInt(long address) {
    try {
      return (int) getInt.invokeExact(address);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  void putInt(long address, int value) {
    try {
      putInt.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  long getLong(long address) {
    try {
      return (long) getLong.invokeExact(address);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  void putLong(long address, long value) {
    try {
      putLong.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** None of the methods declares a checked exception. */
  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }
}
