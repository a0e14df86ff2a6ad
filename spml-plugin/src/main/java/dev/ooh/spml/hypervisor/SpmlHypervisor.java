package dev.ooh.spml.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
        (id, list, n) -> onList(hypervisor, logs.get(id), list, n, GuestLog::rearm));
    hypervisor.registerHypercall(
        SpmlHypercalls.DISARM,
        (id, list, n) -> onList(hypervisor, logs.get(id), list, n, GuestLog::disarm));
  }

  @Override
  public void unload() {
    logs.values().forEach(GuestLog::close);
    logs.clear();
  }

  private long init(HypervisorContext hypervisor, long id, long ring, long capacity) {
    if ((ring & 0xFFF) != 0
        || capacity < 1
        || capacity > RingBuffer.MAX_CAPACITY
        || !hypervisor.isGuestMemory(ring, RingBuffer.bytes(capacity))) {
      return HypercallHandler.INVALID;
    }
    GuestLog known = logs.get(id);
    if (known != null) {
      known.useRing(ring, capacity);
    } else if (logs.size() == MAX_LOGS) {
      return HypercallHandler.EXHAUSTED;
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

  private static long onList(
      HypervisorContext hypervisor,
      @Nullable GuestLog log,
      long list,
      long count,
      BiConsumer<GuestLog, long[]> action) {
    long[] gpas = GpaList.read(hypervisor, list, count);
    if (log == null || gpas == null) {
      return HypercallHandler.INVALID;
    }
    action.accept(log, gpas);
    return 0;
  }
}
