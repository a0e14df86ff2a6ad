package dev.ooh.spml.module;

import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.spml.hypervisor.SpmlHypercalls;
import java.util.function.Consumer;

/**
 * Kernel memory in which the module hands GPAs to the hypervisor, many in one hypercall.
 *
 * <pre>
 * offset 0      8      16
 *       +------+------+------+---
 *       | gpa0 | gpa1 | gpa2 | …
 *       +------+------+------+---
 * </pre>
 */
final class GpaList implements AutoCloseable {
  private static final int CAPACITY = SpmlHypercalls.MAX_GPAS;
  private static final int PAGES = CAPACITY / 512;

  private final KernelPages pages;
  private int count;

  GpaList(KernelContext kernel) {
    pages = kernel.allocatePages(PAGES);
  }

  /** Adds a GPA. When the list is full it is passed to {@code send}, which must empty it. */
  void add(long gpa, Consumer<GpaList> send) {
    pages.setLong(8L * count, gpa);
    if (++count == CAPACITY) {
      send.accept(this);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  long gpa() {
    return pages.gpa();
  }

  /** Empties the list; returns how many GPAs were in it. */
  int takeCount() {
    int taken = count;
    count = 0;
    return taken;
  }

  @Override
  public void close() {
    pages.close();
  }
}
