package dev.ooh.checkpoints;

import dev.ooh.memory.PageSet;
import java.util.function.Consumer;

/** Pages that were given contents and nobody watches yet. For one thread at a time. */
final class Unwatched {
  private PageSet pages = PageSet.empty();

  void add(PageSet more) {
    pages = pages.union(more);
  }

  boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Has {@code watch} begin to watch them all, and find what was written to before. If it fails,
   * they stay: what was written to before would be known to nobody.
   */
  void watch(Consumer<? super PageSet> watch) {
    watch.accept(pages);
    pages = PageSet.empty();
  }
}
