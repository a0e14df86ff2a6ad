package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.VmExit;
import dev.ooh.machine.extension.ExitHandler;
import dev.ooh.machine.extension.Registration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who serves VM exits besides the monitor, by basic exit reason. */
public final class ExitHandlers {
  private final Map<Integer, List<ExitHandler>> handlers = new HashMap<>();

  /** Adds a handler, to be asked after those that are there. */
  public Registration register(int reason, ExitHandler handler) {
    List<ExitHandler> ofReason = handlers.computeIfAbsent(reason, number -> new ArrayList<>());
    ofReason.add(handler);
    return () -> ofReason.remove(handler);
  }

  /** Whether a handler served the exit. */
  boolean serve(VmExit exit) {
    for (ExitHandler handler : List.copyOf(handlers.getOrDefault(exit.number(), List.of()))) {
      if (handler.handle(
          exit.qualification(), exit.guestPhysicalAddress(), exit.guestLinearAddress())) {
        return true;
      }
    }
    return false;
  }
}
