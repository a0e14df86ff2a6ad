package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what processors have cached of a process's page tables from outliving a change of the
 * tables. The processor that executes drops it at once. Others that may have it cached are
 * interrupted, each once for all that one stay in the kernel changed: nobody else executes before
 * its end. As in Linux, a processor that is told of more than 33 pages drops all of the process's.
 *
 * <p>Not needed where an entry only gains rights: a processor that has cached less faults, and
 * finds the entry allows the access.
 */
final class Shootdowns {
  /** Linux's tlb_single_page_flush_ceiling. */
  private static final int MOST_PAGES = 33;

  private final Processors processors;
  private final CrossCalls calls;

  /** Whose translations others are still to drop; null if nobody's. */
  private @Nullable UserProcess pending;

  /** Who is to drop them, a bit a processor. */
  private long targets;

  /** The first pages of those to drop, and how many there are. */
  private final long[] pages = new long[MOST_PAGES];

  private int count;

  Shootdowns(Processors processors, CrossCalls calls) {
    this.processors = processors;
    this.calls = calls;
  }

  /**
   * An entry of a process's page tables lost rights or its frame, or had a flag cleared: INVLPG by
   * each processor that may have cached it.
   */
  void invlpg(UserProcess process, long gva) {
    processors.executing().invlpg(process.translations(), gva);
    long others = process.cachedBy & ~executing();
    if (others == 0) {
      return;
    }
    if (pending != process) {
      send();
      pending = process;
    }
    targets |= others;
    if (count < MOST_PAGES) {
      pages[count] = gva;
    }
    count++;
  }

  /** The same for all entries of a process: each processor that has its tables loads them anew. */
  void flush(UserProcess process) {
    if (process.isCurrent()) {
      reload(process);
    }
    long others = process.cachedBy & ~executing();
    for (; others != 0; others &= others - 1) {
      reloadElsewhere(process, Long.numberOfTrailingZeros(others));
    }
  }

  /** Has the others drop what they have been to drop since the last call. */
  void send() {
    UserProcess process = pending;
    if (process == null) {
      return;
    }
    long left = targets & process.cachedBy;
    // A copy: whoever is interrupted may run a module's handler first, which changes tables, too.
    long[] gone = count > MOST_PAGES ? null : Arrays.copyOf(pages, count);
    pending = null;
    targets = 0;
    count = 0;
    for (; left != 0; left &= left - 1) {
      int processor = Long.numberOfTrailingZeros(left);
      if (1L << processor == executing()) {
        drop(process, gone); // it took an interrupt in the middle of another one's stay
      } else if (gone == null) {
        reloadElsewhere(process, processor);
      } else {
        calls.run(processor, Event.TLB_SHOOTDOWN_IPI, () -> drop(process, gone));
      }
    }
  }

  /**
   * @param gone null for all pages
   */
  private void drop(UserProcess process, long @Nullable [] gone) {
    if (gone == null) {
      reload(process);
      return;
    }
    for (long gva : gone) {
      processors.executing().invlpg(process.translations(), gva);
    }
  }

  private void reloadElsewhere(UserProcess process, int processor) {
    calls.run(processor, Event.TLB_SHOOTDOWN_IPI, () -> reload(process));
    process.cachedBy &= ~(1L << processor); // until a program runs there
  }

  /** MOV to CR3 of what is there already. */
  private void reload(UserProcess process) {
    processors.executing().loadCr3(process.tables().root(), process.translations());
  }

  private long executing() {
    return 1L << processors.executing().number();
  }
}
