package dev.ooh.gc;

/**
 * Refers to an object of a {@link CollectedHeap} without keeping it alive. It lies outside the heap
 * and outside tracked memory: a checkpoint doesn't hold it.
 *
 * <p>The collector clears it, in a pause, when the object is found unreachable: all handles of all
 * objects that this cycle frees at once, so that no thread sees some cleared and some not, and
 * before any of their memory is used again. Only roots and objects' slots count: a handle doesn't
 * keep its object, and neither do other handles.
 *
 * <ul>
 *   <li>As long as it isn't cleared, its object is intact, and so is what can be reached from it:
 *       to make such an object reachable again is allowed.
 *   <li>A young cycle clears handles of young objects only. Those of an old one, and of what hangs
 *       on old garbage, wait for a full cycle; those of an object that died while a full cycle ran
 *       beside the program, perhaps for the next.
 *   <li>A cycle that fails, or is given up, clears nothing: handles are cleared when all is marked
 *       and the technique's interval has committed.
 * </ul>
 */
public interface WeakHandle extends AutoCloseable {
  /**
   * The object; 0 when it was cleared or closed. Not yet a root: the caller makes it one, or stores
   * it in an object, before it polls, locks or allocates. A thread's first scope locks, so it is to
   * be open by then. Else that needs no barrier: pauses are at polls, and the last pause of a full
   * cycle marks from all roots and changed pages once more. For threads of the heap's execution
   * context.
   */
  long get();

  /** Forgets the object: the handle is not cleared any more, and comes to no queue. */
  @Override
  void close();
}
