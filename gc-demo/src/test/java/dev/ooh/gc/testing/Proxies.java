package dev.ooh.gc.testing;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Stand-ins that answer some calls in their own way and hand on the others. */
public final class Proxies {
  private Proxies() {}

  /** Answers a call. */
  @FunctionalInterface
  public interface Handler {
    Object call(Method method, Object[] arguments) throws Throwable;
  }

  /** One of {@code type}. */
  public static <T> T of(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> handler.call(method, arguments)));
  }

  /** The space as it is, but for its threads. */
  public static AddressSpace executing(AddressSpace space, Handler execution) {
    ExecutionContext context = of(ExecutionContext.class, execution);
    return of(
        AddressSpace.class,
        (method, arguments) ->
            method.getName().equals("execution") ? context : call(space, method, arguments));
  }

  /** Hands a call on; throws what it throws. */
  public static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
