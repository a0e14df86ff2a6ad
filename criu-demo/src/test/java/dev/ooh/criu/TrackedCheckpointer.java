package dev.ooh.criu;

import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import java.util.List;

/** A checkpointer whose question is answered by the toy memory, as if it were woven. */
public final class TrackedCheckpointer extends Checkpointer {
  private final TestSpace toy;
  private PageSet owed = PageSet.empty();

  /** Asked about before: the first answer is all of it. */
  private PageSet known = PageSet.empty();

  /** What the last answer named. */
  PageSet answered = PageSet.empty();

  /** Pages that the answer leaves out: a technique that loses writes. */
  PageSet lose = PageSet.empty();

  /** What the program does until the question is asked. */
  Runnable meanwhile = () -> {};

  int aborts;
  int commits;

  TrackedCheckpointer(TestSpace space, Subject subject, SetPlace place, Options options) {
    super(space, subject, place, options);
    this.toy = space;
  }

  /** Another consumer asks what changed: it is owed to this one from then on. */
  void anotherAsks() {
    owed = owed.union(toy.memory().takeWritten(toy.regions().getFirst().pages()));
  }

  @Override
  protected Interval changedPages(
      AddressSpace memory, TrackingConsumer me, PageSet scan, PageSet arm) {
    meanwhile.run();
    owed = owed.union(toy.memory().takeWritten(scan)).union(scan.minus(known));
    known = known.union(scan);
    PageSet pages = owed.intersect(scan);
    owed = owed.minus(pages);
    answered = pages.minus(lose);
    return new Interval() {
      private boolean committed;

      @Override
      public PageSet pages() {
        return pages.minus(lose);
      }

      @Override
      public List<String> reasons() {
        return List.of();
      }

      @Override
      public String technique() {
        return "toy";
      }

      @Override
      public long sequence() {
        return 1;
      }

      @Override
      public void commit() {
        committed = true;
        commits++;
      }

      @Override
      public void close() {
        if (!committed) {
          owed = owed.union(pages);
          aborts++;
        }
      }
    };
  }
}
