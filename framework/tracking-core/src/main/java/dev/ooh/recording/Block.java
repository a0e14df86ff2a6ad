package dev.ooh.recording;

import dev.ooh.memory.PageSet;

/** What a recording is a sequence of. */
public sealed interface Block {
  /**
   * A program starts; what follows is its, up to the next one.
   *
   * @param experiment the command that ran it
   * @param substrate where its memory lived
   * @param technique by which its writes were seen
   */
  record Program(String experiment, String substrate, String technique) implements Block {}

  /**
   * An interval ended.
   *
   * @param endNanos of the program's time, from its start; simulated where its time is
   * @param fetchNanos the technique's part of that, at its end; 0 where time is simulated
   * @param scan the pages that were asked about
   * @param arm the pages that are watched in the next interval, of those
   * @param written the pages that were seen written, at least once each
   * @param exact whether each of them was; otherwise some are there for want of knowledge
   */
  record Writes(
      long endNanos, long fetchNanos, PageSet scan, PageSet arm, PageSet written, boolean exact)
      implements Block {}

  /** What ran, as rows name it. */
  record Name(String application, String configuration) implements Block {}

  /** What the program itself says of all its intervals together: distinct pages stored to. */
  record Stored(long pages) implements Block {}

  /** How long the work of one interval takes when nobody tracks it. */
  record Untracked(long nanosAnInterval) implements Block {}

  /** The recording ended as planned. */
  record End() implements Block {}
}
