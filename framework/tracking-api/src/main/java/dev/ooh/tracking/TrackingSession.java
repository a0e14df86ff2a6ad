package dev.ooh.tracking;

import dev.ooh.memory.PageSet;
import java.util.List;

/**
 * One technique at work on one address space. The core calls it from one thread at a time; {@link
 * #mode} and {@link #statistics} are called by any, during the other calls too, and still after
 * {@link #close}.
 *
 * <p>A page is <i>armed</i> when the technique will see its next write. Once written and reported
 * it is unarmed, until a fetch arms it again.
 */
public interface TrackingSession extends AutoCloseable {
  /**
   * Drains what was written and re-arms.
   *
   * <p>Reports at least every page of {@code scan} that was armed and has been written since, and
   * may report pages outside {@code scan} that it had to drain with them. When it returns, all of
   * {@code arm} is armed, and a page that was reported and is not in {@code arm} is not. Re-arming
   * comes before the report is read by anybody, so a write that is not in this report is in a later
   * one. What is in {@code arm} and was not armed before need not be reported: the core counts it
   * as changed.
   *
   * <p>When anything may have been lost since the last fetch (an overflow, a handler that died),
   * the result says so; the session has re-armed and goes on. Pages that the technique can't watch
   * are in every report that scans them, each with the {@linkplain Gathered.Unseen reason}.
   *
   * @param scan mapped ranges to report on
   * @param arm ranges to leave armed, within {@code scan}; large ranges that are armed already cost
   *     nothing extra
   * @throws TrackingException when the session can't go on; the core then closes it and counts
   *     everything as changed
   */
  Gathered fetch(PageSet scan, PageSet arm) throws TrackingException;

  /**
   * Forgets pages that were unmapped: nothing gathered or armed of them may outlive the mapping.
   */
  void unmapped(PageSet pages);

  /**
   * Whether {@link #fetch} is complete only while no thread writes, in the way this session works.
   * Asked only where the {@linkplain TechniqueDescriptor#needsStoppedWriters descriptor} says that
   * the technique may need it; a session that doesn't know says so too. Constant.
   */
  default boolean needsStoppedWriters() {
    return true;
  }

  /**
   * Which of several ways the technique works by here, for statistics; for example {@code async}.
   * For any thread, on a closed session too: the last one then. It may change between fetches.
   */
  String mode();

  /**
   * What this session does otherwise than {@link #mode} says, and why: a line for each region that
   * it can't watch, or watches in another way; empty when there is none. For any thread, on a
   * closed session too.
   */
  default List<String> remarks() {
    return List.of();
  }

  /** Counts since the session was opened; immutable. For any thread, on a closed session too. */
  TechniqueStatistics statistics();

  /** Disarms everything and lets go of kernel and machine resources. Closing twice does nothing. */
  @Override
  void close();
}
