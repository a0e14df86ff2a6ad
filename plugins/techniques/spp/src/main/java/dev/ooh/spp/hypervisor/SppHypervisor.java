package dev.ooh.spp.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SubPages;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
    hypervisor.registerHypercall(
        SppHypercalls.INIT, (id, ring, capacity) -> init(hypervisor, pages, id, ring, capacity));
    hypervisor.registerHypercall(
        SppHypercalls.DEACTIVATE, (id, b, c) -> pages.close(id) ? 0 : HypercallHandler.INVALID);
    hypervisor.registerHypercall(
        SppHypercalls.GRANULE, (id, bytes, c) -> granule(pages.log(id), bytes));
    hypervisor.registerHypercall(
        SppHypercalls.COLLECT, (id, b, c) -> on(pages.log(id), SubPageLog::collect));
    hypervisor.registerHypercall(
        SppHypercalls.ARM, (id, list, n) -> onList(hypervisor, pages.log(id), list, n, pages::arm));
    hypervisor.registerHypercall(
        SppHypercalls.DISARM,
        (id, list, n) -> onList(hypervisor, pages.log(id), list, n, pages::disarm));
  }

  @Override
  public void unload() {
    if (started != null) {
      started.stop();
      started = null;
    }
  }

  private static long init(
      HypervisorContext hypervisor, SubPageProtection pages, long id, long ring, long capacity) {
    if ((ring & 0xFFF) != 0
        || capacity < 1
        || capacity > RingBuffer.MAX_CAPACITY
        || !hypervisor.isGuestMemory(ring, RingBuffer.bytes(capacity))) {
      return HypercallHandler.INVALID;
    }
    RingBuffer buffer = RingBuffer.inGuest(hypervisor, ring, capacity);
    SubPageLog known = pages.log(id);
    if (known != null) {
      known.useRing(buffer);
    } else if (pages.logs() == MAX_LOGS) {
      return HypercallHandler.EXHAUSTED;
    } else {
      pages.open(id, buffer);
    }
    return 0;
  }

  private static long granule(@Nullable SubPageLog log, long bytes) {
    if (bytes < SubPages.BYTES || bytes > PageSet.PAGE_SIZE || Long.bitCount(bytes) != 1) {
      return HypercallHandler.INVALID;
    }
    return on(log, known -> known.useGranule((int) bytes));
  }

  private static long on(@Nullable SubPageLog log, Consumer<SubPageLog> action) {
    if (log == null) {
      return HypercallHandler.INVALID;
    }
    action.accept(log);
    return 0;
  }

  private static long onList(
      HypervisorContext hypervisor,
      @Nullable SubPageLog log,
      long list,
      long count,
      BiConsumer<SubPageLog, long[]> action) {
    long[] gpas = GpaList.read(hypervisor, list, count);
    if (log == null || gpas == null) {
      return HypercallHandler.INVALID;
    }
    action.accept(log, gpas);
    return 0;
  }
}
