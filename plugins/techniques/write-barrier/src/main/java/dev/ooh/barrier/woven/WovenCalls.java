package dev.ooh.barrier.woven;

import dev.ooh.barrier.link.CallLinks;
import dev.ooh.barrier.link.StoreLinks;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The bootstrap methods of woven calls (JVMS 6.5, invokedynamic): all that a woven class sees of
 * its barriers. The name is the called method's. For any thread.
 */
public final class WovenCalls {
  private static final CallLinks LINKS = StoreLinks.shared().calls();

  private WovenCalls() {}

  /** A method of MemorySegment that stores. */
  public static CallSite segment(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original) {
    return site(LINKS.segment(name, original.asFixedArity()), type);
  }

  /** A method of a buffer that stores. */
  public static CallSite buffer(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original) {
    return site(LINKS.buffer(name, original.asFixedArity()), type);
  }

  /** An access mode of VarHandle that stores. */
  public static CallSite variable(MethodHandles.Lookup caller, String name, MethodType type) {
    return site(LINKS.variable(caller.lookupClass(), name, type), type);
  }

  /** A method that makes a VarHandle. */
  public static CallSite maker(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original) {
    return site(LINKS.maker(caller.lookupClass(), name, original.asFixedArity()), type);
  }

  /**
   * A method that may store, by the kernel or by unwoven code, to memory that it is given or
   * returns.
   */
  public static CallSite handedOut(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original) {
    return site(LINKS.handedOut(original.asFixedArity()), type);
  }

  /** A method that stores to the segment that it returns. */
  public static CallSite allocation(
      MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original) {
    return site(LINKS.allocation(original.asFixedArity()), type);
  }

  /** {@code MethodHandle.invokeExact} or {@code invoke}, of a downcall for example. */
  public static CallSite invocation(MethodHandles.Lookup caller, String name, MethodType type) {
    MethodType called = type.dropParameterTypes(0, 1);
    if (name.equals("invokeExact")) {
      return site(LINKS.handedOut(MethodHandles.exactInvoker(called)), type);
    }
    // What the caller drops may be memory that was stored to.
    MethodType kept =
        called.returnType() == void.class ? called.changeReturnType(Object.class) : called;
    return site(LINKS.handedOut(MethodHandles.invoker(kept)), type);
  }

  /** {@code ()}: a store was made to who knows where. */
  public static CallSite unseen(
      MethodHandles.Lookup caller, String name, MethodType type, String call) {
    return site(LINKS.unseen(caller.lookupClass(), call), type);
  }

  private static CallSite site(MethodHandle target, MethodType type) {
    return new ConstantCallSite(target.asType(type));
  }
}
