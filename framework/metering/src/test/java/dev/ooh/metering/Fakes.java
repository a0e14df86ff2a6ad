package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A core and spaces of which only what meters ask is there. */
public final class Fakes {
  final List<AddressSpace> spaces = new ArrayList<>();
  final List<AddressSpace> closed = new ArrayList<>();
  final Map<AddressSpace, String> active = new HashMap<>();
  final Map<AddressSpace, Map<String, TrackingStatistics>> statistics = new HashMap<>();
  final Map<String, Long> machine = new HashMap<>();

  final TrackingControl control =
      fake(
          TrackingControl.class,
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "spaces" -> List.copyOf(spaces);
                case "active" -> Optional.ofNullable(active.get(arguments[0]));
                case "statisticsByTechnique" -> statistics.getOrDefault(arguments[0], Map.of());
                default -> throw new UnsupportedOperationException(method.getName());
              });

  private final SimulatedCosts costs =
      fake(
          SimulatedCosts.class,
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "events" -> TechniqueStatistics.of(machine);
                case "price" ->
                    new SimulatedCosts.Priced(
                        0, 1000.0 * ((TechniqueStatistics) arguments[0]).get("M18"), 0, 0);
                default -> throw new UnsupportedOperationException(method.getName());
              });

  public AddressSpace space(String substrate) {
    boolean simulated = substrate.equals("virtual");
    ExecutionContext execution =
        fake(ExecutionContext.class, (proxy, method, arguments) -> simulated);
    AddressSpace space =
        fake(
            AddressSpace.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "substrate" -> substrate;
                  case "execution" -> execution;
                  case "isOpen" -> !closed.contains(proxy);
                  case "facility" -> simulated ? Optional.of(costs) : Optional.empty();
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    spaces.add(space);
    return space;
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
