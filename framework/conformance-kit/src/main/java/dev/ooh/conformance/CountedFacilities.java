package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A space whose kernel facilities count what they are asked for. Everything else goes to the space
 * as it is.
 */
final class CountedFacilities {
  private static final Set<Class<?>> COUNTED =
      Set.of(
          SoftDirtyPagemap.class,
          Userfaultfd.class,
          Userfaultfd.Descriptor.class,
          WriteProtectScan.class,
          WriteProtectScan.Scanner.class);

  private final Consumer<Work> counter;

  private CountedFacilities(Consumer<Work> counter) {
    this.counter = counter;
  }

  /** The same space for a technique. */
  static AddressSpace of(AddressSpace space, Consumer<Work> counter) {
    CountedFacilities facilities = new CountedFacilities(counter);
    return proxy(
        AddressSpace.class,
        (method, arguments) -> {
          Object answer = call(space, method, arguments);
          return answer instanceof Optional<?> found && arguments[0] instanceof Class<?> type
              ? found.map(facility -> facilities.counted(type, facility))
              : answer;
        });
  }

  private Object counted(Class<?> type, Object facility) {
    return COUNTED.contains(type)
        ? proxy(type, (method, arguments) -> count(facility, method, arguments))
        : facility;
  }

  private @Nullable Object count(Object facility, Method method, Object[] arguments)
      throws Throwable {
    counter.accept(Work.call());
    for (Object argument : arguments) {
      count(argument);
    }
    Object answer = call(facility, method, arguments);
    if (answer == null) {
      return null;
    }
    count(answer);
    return counted(method.getReturnType(), answer);
  }

  private void count(Object value) {
    if (value instanceof PageSet pages) {
      counter.accept(Work.of(pages));
    }
  }

  @FunctionalInterface
  private interface Handler {
    @Nullable Object handle(Method method, Object[] arguments) throws Throwable;
  }

  @SuppressWarnings("unchecked")
  private static <T> T proxy(Class<T> type, Handler handler) {
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                handler.handle(method, arguments == null ? new Object[0] : arguments));
  }

  private static @Nullable Object call(Object target, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
