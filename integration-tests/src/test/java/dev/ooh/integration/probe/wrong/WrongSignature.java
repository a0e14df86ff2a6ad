package dev.ooh.integration.probe.wrong;

import dev.ooh.memory.ChangedPages;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.util.concurrent.Callable;

/** Marks a method that can't be linked; its own body must go on answering. */
public final class WrongSignature implements Callable<Long> {
  @Override
  public Long call() {
    return changedPages(PageSet.of(0, PageSet.PAGE_SIZE)).pages().pageCount();
  }

  @ChangedPages
  private Interval changedPages(PageSet scan) {
    return Interval.all(scan, "not woven");
  }
}
