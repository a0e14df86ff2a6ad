package dev.ooh.conformance;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;

/** What the kit's consumers did. */
public final class Tally {
  private long fetches;
  private long reported;
  private long owed;
  private long conservative;
  private long commits;
  private long aborts;

  void fetched(Interval interval, PageSet wasOwed) {
    fetches++;
    reported += interval.pages().pageCount();
    owed += wasOwed.pageCount();
    conservative += interval.reasons().isEmpty() ? 0 : 1;
  }

  void committed() {
    commits++;
  }

  void aborted(int intervals) {
    aborts += intervals;
  }

  void add(Tally other) {
    fetches += other.fetches;
    reported += other.reported;
    owed += other.owed;
    conservative += other.conservative;
    commits += other.commits;
    aborts += other.aborts;
  }

  public long fetches() {
    return fetches;
  }

  /** Pages in intervals. */
  public long reported() {
    return reported;
  }

  /** Pages of them that had to be there; the rest is over-reporting, which law 2 allows. */
  public long owed() {
    return owed;
  }

  public long commits() {
    return commits;
  }

  public long aborts() {
    return aborts;
  }

  @Override
  public String toString() {
    return "%d fetches, %d pages reported of which %d had to be, %d with reasons, %d commits, %d aborts"
        .formatted(fetches, reported, owed, conservative, commits, aborts);
  }
}
