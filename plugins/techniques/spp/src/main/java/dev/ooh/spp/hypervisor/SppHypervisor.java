package dev.ooh.spp.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.LogCalls;
import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SubPages;
import org.jspecify.annotations.Nullable;

/**
 * Lends sub-page write permission to the guest: one log and one ring a tracked process. Whatever a
 * guest passes, its calls do all of what they say or, with {@link HypercallHandler#INVALID},
 * nothing.
 */
public final class SppHypervisor implements HypervisorModule {
  /** How many processes one guest can have tracked at once. */
  static final int MAX_LOGS = 64;

  private @Nullable SubPageProtection started;

  @Override
  public void load(HypervisorContext hypervisor) {
    SubPageProtection pages = new SubPageProtection(hypervisor);
    started = pages;
    LogCalls<SubPageLog> calls = new LogCalls<>(hypervisor, pages::log);
    hypervisor.registerHypercall(
        SppHypercalls.INIT, (id, ring, capacity) -> init(hypervisor, pages, id, ring, capacity));
    hypervisor.registerHypercall(
        SppHypercalls.DEACTIVATE, (id, b, c) -> pages.close(id) ? 0 : HypercallHandler.INVALID);
    hypervisor.registerHypercall(
        SppHypercalls.GRANULE, (id, bytes, c) -> granule(calls, id, bytes));
    hypervisor.registerHypercall(
        SppHypercalls.COLLECT, (id, b, c) -> calls.on(id, SubPageLog::collect));
    hypervisor.registerHypercall(
        SppHypercalls.ARM, (id, list, n) -> calls.onList(id, list, n, pages::arm));
    hypervisor.registerHypercall(
        SppHypercalls.DISARM, (id, list, n) -> calls.onList(id, list, n, pages::disarm));
  }

  @Override
  public void unload() {
    if (started != null) {
      started.stop();
      started = null;
    }
  }

  private static long init(
      HypervisorContext hypervisor, SubPageProtection pages, long id, long gpa, long capacity) {
    RingBuffer ring = RingBuffer.inGuest(hypervisor, gpa, capacity);
    if (ring == null) {
      return HypercallHandler.INVALID;
    }
    SubPageLog known = pages.log(id);
    if (known != null) {
      known.useRing(ring);
    } else if (pages.logs() == MAX_LOGS) {
      return HypercallHandler.EXHAUSTED;
    } else {
      pages.open(id, ring);
    }
    return 0;
  }

  private static long granule(LogCalls<SubPageLog> calls, long id, long bytes) {
    if (bytes < SubPages.BYTES || bytes > PageSet.PAGE_SIZE || Long.bitCount(bytes) != 1) {
      return HypercallHandler.INVALID;
    }
    return calls.on(id, log -> log.useGranule((int) bytes));
  }
}
