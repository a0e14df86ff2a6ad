package dev.ooh.spml.hypervisor;

import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.ring.RingBuffer;
import java.util.BitSet;

/**
 * The log of one tracked process, {@code enabled_by_guest} while the process runs. The processor
 * then also logs page tables, kernel pages and other programs' pages; this passes on only pages
 * that were armed for the process, each once.
 */
final class GuestLog implements AutoCloseable {
  private final PageModificationLog log;
  private final BitSet armed = new BitSet();
  private RingBuffer ring;

  GuestLog(HypervisorContext hypervisor, RingBuffer ring) {
    this.ring = ring;
    this.log = hypervisor.openPageModificationLog(this::logged);
  }

  void useRing(RingBuffer next) {
    ring = next;
  }

  void enable() {
    log.enable();
  }

  void disable() {
    log.disable();
  }

  void reportUnlogged() {
    log.reportUnlogged();
  }

  void rearm(long[] gpas) {
    // What the log still holds of these pages was written before they are armed again.
    log.flush();
    for (long gpa : gpas) {
      armed.set(frame(gpa));
    }
    log.rearm(gpas, gpas.length);
  }

  void disarm(long[] gpas) {
    for (long gpa : gpas) {
      armed.clear(frame(gpa));
      log.disarm(gpa);
    }
  }

  @Override
  public void close() {
    log.close();
  }

  private void logged(long gpa) {
    if (armed.get(frame(gpa))) {
      armed.clear(frame(gpa));
      ring.appendPhysical(gpa);
    }
  }

  private static int frame(long gpa) {
    return (int) (gpa >>> 12);
  }
}
