package dev.ooh.integration.probe.unmarked;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.util.concurrent.Callable;

/** Uses the contract, and forgot the marker. */
public final class Unmarked implements Callable<Long> {
  @Override
  public Long call() {
    return Interval.all(PageSet.of(0, PageSet.PAGE_SIZE), "not marked").pages().pageCount();
  }
}
