package dev.ooh.gc.testing;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.List;

/**
 * Reports exactly the pages that were written since they were armed, and those that were not armed:
 * what the core does with a perfect technique. Once told so, it loses pages.
 */
public final class ExactSource implements IntervalSource {
  private final TestSpace space;
  private PageSet armed = PageSet.empty();
  private PageSet owed = PageSet.empty();
  private int loseEvery;
  private int count;
  private long sequence;
  private final List<PageSet> reported = new ArrayList<>();

  public ExactSource(TestSpace space) {
    this.space = space;
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void changed(AddressSpace told, PageSet pages) {
            armed = armed.minus(pages);
          }
        });
  }

  /** From now on every n-th written page is not reported: a broken technique. */
  public ExactSource losing(int n) {
    loseEvery = n;
    return this;
  }

  /** What each fetch reported. */
  public List<PageSet> reported() {
    return reported;
  }

  @Override
  public Interval fetch(AddressSpace asked, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    PageSet.Builder written = PageSet.builder();
    armed
        .intersect(scan)
        .forEachPage(
            page -> {
              if (space.memory().isWritten(page)) {
                if (loseEvery == 0 || ++count % loseEvery != 0) {
                  written.addPage(page);
                }
              }
            });
    PageSet pages = written.build().union(scan.minus(armed)).union(owed.intersect(scan));
    owed = owed.minus(scan);
    armed = armed.minus(scan).union(arm);
    space.memory().takeWritten(arm);
    reported.add(pages);
    long number = ++sequence;
    return new Interval() {
      private boolean committed;

      @Override
      public PageSet pages() {
        return pages;
      }

      @Override
      public List<String> reasons() {
        return List.of();
      }

      @Override
      public String technique() {
        return "exact";
      }

      @Override
      public long sequence() {
        return number;
      }

      @Override
      public void commit() {
        committed = true;
      }

      @Override
      public void close() {
        if (!committed) {
          owed = owed.union(pages);
        }
      }
    };
  }
}
