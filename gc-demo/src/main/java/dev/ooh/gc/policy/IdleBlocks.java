package dev.ooh.gc.policy;

import java.util.BitSet;

/**
 * Which free blocks are given back to the system, and which were: those that stayed free from the
 * end of one full cycle to that of the next, the highest first, as the lowest are used first. Under
 * the heap's lock.
 */
final class IdleBlocks {
  /** Free since the last full cycle. */
  private final BitSet idle = new BitSet();

  /** To be given back. */
  private final BitSet leaving = new BitSet();

  /** Given back: they read as zero. */
  private final BitSet returned = new BitSet();

  /**
   * After a full cycle, when all is swept.
   *
   * @param free all free blocks that were ever used
   * @param most how many may be given back
   */
  void settle(BitSet free, int most) {
    idle.and(free);
    leaving.or(idle);
    leaving.andNot(returned);
    int spared = leaving.cardinality() - most;
    for (int block = leaving.nextSetBit(0); spared > 0; block = leaving.nextSetBit(block + 1)) {
      leaving.clear(block);
      spared--;
    }
    idle.or(free);
  }

  /** The block behind the highest run to be given back; 0 for none. */
  int leavingEnd() {
    return leaving.length();
  }

  /** The first block of the run that ends before {@code end}. */
  int leavingStart(int end) {
    return leaving.previousClearBit(end - 1) + 1;
  }

  /** These were given back. */
  void left(int first, int end) {
    leaving.clear(first, end);
    idle.clear(first, end);
    returned.set(first, end);
  }

  /** Nothing is to be given back any more. */
  void stay() {
    leaving.clear();
  }

  /** The first block from {@code from} on that was given back; a large number for none. */
  int nextReturned(int from) {
    int next = returned.nextSetBit(from);
    return next < 0 ? Integer.MAX_VALUE : next;
  }

  /** The first block from {@code from} on that was not. */
  int nextKept(int from) {
    return returned.nextClearBit(from);
  }

  /** How many were given back and not used since. */
  int returned() {
    return returned.cardinality();
  }

  /** These blocks are used again. */
  void taken(int first, int count) {
    idle.clear(first, first + count);
    leaving.clear(first, first + count);
    returned.clear(first, first + count);
  }
}
