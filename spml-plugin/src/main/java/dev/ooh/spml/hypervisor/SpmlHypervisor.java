package dev.ooh.spml.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.ring.LogCalls;
import dev.ooh.ring.RingBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Lends the page-modification log to the guest: one log and one ring a tracked process. Whatever a
 * guest passes, its calls do all of what they say or, with {@link HypercallHandler#INVALID},
 * nothing.
 */
public final class SpmlHypervisor implements HypervisorModule {
  /** How many processes one guest can have tracked at once. */
  static final int MAX_LOGS = 1024;

  private final Map<Long, GuestLog> logs = new HashMap<>();

  @Override
  public void load(HypervisorContext hypervisor) {
    LogCalls<GuestLog> calls = new LogCalls<>(hypervisor, logs::get);
    hypervisor.registerHypercall(
        SpmlHypercalls.INIT, (id, ring, capacity) -> init(hypervisor, id, ring, capacity));
    hypervisor.registerHypercall(
        SpmlHypercalls.DEACTIVATE, (id, b, c) -> calls.on(id, log -> close(id, log)));
    hypervisor.registerHypercall(
        SpmlHypercalls.ENABLE_LOGGING, (id, b, c) -> calls.on(id, GuestLog::enable));
    hypervisor.registerHypercall(
        SpmlHypercalls.DISABLE_LOGGING, (id, b, c) -> calls.on(id, GuestLog::disable));
    hypervisor.registerHypercall(
        SpmlHypercalls.REPORT_UNLOGGED, (id, b, c) -> calls.on(id, GuestLog::reportUnlogged));
    hypervisor.registerHypercall(
        SpmlHypercalls.REARM, (id, list, n) -> calls.onList(id, list, n, GuestLog::rearm));
    hypervisor.registerHypercall(
        SpmlHypercalls.DISARM, (id, list, n) -> calls.onList(id, list, n, GuestLog::disarm));
  }

  @Override
  public void unload() {
    logs.values().forEach(GuestLog::close);
    logs.clear();
  }

  private long init(HypervisorContext hypervisor, long id, long gpa, long capacity) {
    RingBuffer ring = RingBuffer.inGuest(hypervisor, gpa, capacity);
    if (ring == null) {
      return HypercallHandler.INVALID;
    }
    GuestLog known = logs.get(id);
    if (known != null) {
      known.useRing(ring);
    } else if (logs.size() == MAX_LOGS) {
      return HypercallHandler.EXHAUSTED;
    } else {
      logs.put(id, new GuestLog(hypervisor, ring));
    }
    return 0;
  }

  private void close(long id, GuestLog log) {
    logs.remove(id);
    log.close();
  }
}
