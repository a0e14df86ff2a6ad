package dev.ooh.ring;

import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kernel memory in which a module hands GPAs to the hypervisor, many in one hypercall.
 *
 * <pre>
 * offset 0      8      16
 *       +------+------+------+---
 *       | gpa0 | gpa1 | gpa2 | …
 *       +------+------+------+---
 * </pre>
 */
public final class GpaList implements AutoCloseable {
  /** How many GPAs a list has at most. */
  public static final int CAPACITY = 8192;

  private static final int PAGES = CAPACITY / 512;

  private final KernelPages pages;
  private int count;

  /** An empty list in pages of its own. */
  public GpaList(KernelContext kernel) {
    pages = kernel.allocatePages(PAGES);
  }

  /** Adds a GPA. When the list is full it is passed to {@code send}, which must empty it. */
  public void add(long gpa, Consumer<GpaList> send) {
    pages.setLong(8L * count, gpa);
    if (++count == CAPACITY) {
      send.accept(this);
    }
  }

  /** Whether it holds no GPA. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** Where the list is. */
  public long gpa() {
    return pages.gpa();
  }

  /** Empties the list; returns how many GPAs were in it. */
  public int takeCount() {
    int taken = count;
    count = 0;
    return taken;
  }

  @Override
  public void close() {
    pages.close();
  }

  /**
   * The hypervisor's side: reads a list that a guest passed, once, as the guest may change it.
   *
   * @param list its GPA, any value
   * @param count how many GPAs, any value
   * @return the GPAs, all of them in guest-physical memory; null if it is no such list
   */
  public static long @Nullable [] read(HypervisorContext hypervisor, long list, long count) {
    if ((list & 7) != 0
        || count < 0
        || count > CAPACITY
        || !hypervisor.isGuestMemory(list, 8 * count)) {
      return null;
    }
    long[] gpas = new long[(int) count];
    for (int i = 0; i < gpas.length; i++) {
      gpas[i] = hypervisor.readGuest(list + 8L * i);
      if (!hypervisor.isGuestMemory(gpas[i], 1)) {
        return null;
      }
    }
    return gpas;
  }
}
