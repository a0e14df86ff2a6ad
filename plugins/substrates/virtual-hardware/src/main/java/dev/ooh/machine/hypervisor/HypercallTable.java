package dev.ooh.machine.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.Registration;
import java.util.HashMap;
import java.util.Map;

/** One machine's hypercalls, by number. */
public final class HypercallTable {
  private final Map<Long, HypercallHandler> handlers = new HashMap<>();

  /**
   * Serves a number.
   *
   * @throws IllegalStateException if it is taken
   */
  public Registration register(long number, HypercallHandler handler) {
    HypercallHandler taken = handlers.putIfAbsent(number, handler);
    if (taken != null) {
      throw new IllegalStateException(
          "hypercall 0x%x is served by %s, wanted a free number".formatted(number, taken));
    }
    return () -> handlers.remove(number, handler);
  }

  /** {@link HypercallHandler#UNKNOWN} for a number that nobody serves. */
  long call(long number, long a, long b, long c) {
    HypercallHandler handler = handlers.get(number);
    return handler == null ? HypercallHandler.UNKNOWN : handler.handle(a, b, c);
  }
}
