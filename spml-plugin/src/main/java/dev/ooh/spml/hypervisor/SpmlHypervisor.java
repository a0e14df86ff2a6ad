package dev.ooh.spml.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lends the page-modification log to the guest: one log and one ring a tracked process. */
public final class SpmlHypervisor implements HypervisorModule {
  private final Map<Long, GuestLog> logs = new HashMap<>();

  @Override
  public void load(HypervisorContext hypervisor) {
    hypervisor.registerHypercall(
        SpmlHypercalls.INIT, (id, ring, capacity) -> init(hypervisor, id, ring, capacity));
    hypervisor.registerHypercall(
        SpmlHypercalls.DEACTIVATE, (id, b, c) -> on(logs.remove(id), GuestLog::close));
    hypervisor.registerHypercall(
        SpmlHypercalls.ENABLE_LOGGING, (id, b, c) -> on(logs.get(id), GuestLog::enable));
    hypervisor.registerHypercall(
        SpmlHypercalls.DISABLE_LOGGING, (id, b, c) -> on(logs.get(id), GuestLog::disable));
    hypervisor.registerHypercall(
        SpmlHypercalls.REPORT_UNLOGGED, (id, b, c) -> on(logs.get(id), GuestLog::reportUnlogged));
    hypervisor.registerHypercall(
        SpmlHypercalls.REARM,
        (id, list, n) -> on(logs.get(id), log -> log.rearm(read(hypervisor, list, n))));
    hypervisor.registerHypercall(
        SpmlHypercalls.DISARM,
        (id, list, n) -> on(logs.get(id), log -> log.disarm(read(hypervisor, list, n))));
  }

  @Override
  public void unload() {
    logs.values().forEach(GuestLog::close);
    logs.clear();
  }

  private long init(HypervisorContext hypervisor, long id, long ring, long capacity) {
    if ((ring & 0xFFF) != 0 || capacity <= 0 || capacity > 1L << 28) {
      return HypercallHandler.INVALID;
    }
    GuestLog known = logs.get(id);
    if (known != null) {
      known.useRing(ring, capacity);
    } else {
      logs.put(id, new GuestLog(hypervisor, ring, capacity));
    }
    return 0;
  }

  private static long on(@Nullable GuestLog log, Consumer<GuestLog> action) {
    if (log == null) {
      return HypercallHandler.INVALID;
    }
    action.accept(log);
    return 0;
  }

  private static long[] read(HypervisorContext hypervisor, long list, long count) {
    long[] gpas = new long[(int) Math.clamp(count, 0, 1 << 20)];
    for (int i = 0; i < gpas.length; i++) {
      gpas[i] = hypervisor.readGuest(list + 8L * i);
    }
    return gpas;
  }
}
