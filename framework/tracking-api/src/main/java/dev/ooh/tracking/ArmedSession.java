package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the sessions of all techniques have in common: which pages are armed, what of them was
 * written, and which are to be armed anew. A subclass says how to {@linkplain #collect collect},
 * {@linkplain #arm arm}, {@linkplain #forget forget} and {@linkplain #release let go}.
 *
 * <p>With A the armed pages, W those of A that were collected, and R those that the fetch is told
 * to leave armed, what is armed afterwards is (A − W) ∪ R. Of these, (R − A) ∪ (W ∩ R) are fresh;
 * after a loss all are, since nobody knows any more what still is armed. Everything costs runs, not
 * pages, and nothing at all where R covers A.
 */
public abstract class ArmedSession implements TrackingSession {
  /** How often in a row pages may be lost while others are armed. */
  private static final int PATIENCE = 3;

  private final String technique;
  private final Changes changes;
  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private PageSet armed = PageSet.empty();
  private boolean closed;

  /**
   * For a technique whose arming outlives a page's contents.
   *
   * @param technique its name, for messages
   */
  protected ArmedSession(String technique) {
    this.technique = technique;
    changes = new Changes(null);
  }

  /**
   * For a technique whose arming goes with a page's contents, as write protection goes when they
   * are dropped (madvise): pages that changed without a store are counted as written.
   *
   * @param technique its name, for messages
   * @param space whose changes are listened to, from the first fetch to the end
   */
  protected ArmedSession(String technique, AddressSpace space) {
    this.technique = technique;
    changes = new Changes(space);
  }

  /**
   * Takes what was written since the last call: at least those pages of {@code scan} that are
   * {@linkplain #armed() armed} and were written. Taking a page unarms it. What is answered of
   * pages that are not armed is ignored.
   *
   * @param scan what is asked for
   * @param arm what is to be armed when the fetch is over, for a technique that reads and re-arms
   *     in one step
   */
  protected abstract Gathered collect(PageSet scan, PageSet arm) throws TrackingException;

  /**
   * Whether {@link #collect} arms again, in the step that takes them, those of the pages it takes
   * that are to be armed. They then are not given to {@link #arm}, except after a loss.
   */
  protected boolean rearms() {
    return false;
  }

  /**
   * Arms pages, which {@link #armed()} has already; not called when there are none. A technique
   * that does all of this in {@link #collect} overrides nothing.
   *
   * @return why pages may have been lost meanwhile, after which everything is armed once more;
   *     empty when none were
   */
  protected List<String> arm(PageSet fresh) throws TrackingException {
    return List.of();
  }

  /** Forgets what the technique itself keeps of pages that were unmapped. */
  protected void forget(PageSet unmapped) {}

  /** Disarms everything and lets go of kernel and machine resources; called once. */
  protected abstract void release();

  /** Counts of the technique's own, by dotted name. For any thread. */
  protected Map<String, Long> counts() {
    return Map.of();
  }

  /** The pages whose next write will be collected. For the thread that fetches. */
  protected final PageSet armed() {
    return armed;
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException(
          "the %s session is closed, wanted an open one".formatted(technique));
    }
    changes.listen();
    Gathered collected = collect(scan, arm);
    PageSet taken = collected.pages().intersect(armed);
    PageSet changed = changes.take().intersect(armed);
    PageSet written = taken.union(changed);
    PageSet unarmed = rearms() ? taken.minus(arm).union(changed) : written;
    List<String> lost = rearm(written, unarmed, arm, collected.lost());
    Gathered gathered = new Gathered(written, collected.unseen(), lost);
    fetches.incrementAndGet();
    reported.addAndGet(gathered.reported().pageCount());
    return gathered;
  }

  /**
   * @param unarmed what of {@code written} is not armed any more
   * @return every loss, those while arming included: they are told now, not only next time
   */
  private List<String> rearm(PageSet written, PageSet unarmed, PageSet arm, List<String> lostBefore)
      throws TrackingException {
    PageSet fresh = arm.minus(armed).union(unarmed.intersect(arm));
    armed = arm.containsAll(armed) ? arm : armed.minus(written).union(arm);
    List<String> lost = lostBefore;
    for (int attempt = 0; attempt < PATIENCE; attempt++) {
      PageSet unsure = lost.isEmpty() ? fresh : armed;
      List<String> late = unsure.isEmpty() ? List.of() : arm(unsure);
      if (late.isEmpty()) {
        return lost;
      }
      lost = new ArrayList<>(lost);
      lost.addAll(late);
    }
    throw new TrackingException(
        "%s lost pages %d times while it armed %s: %s"
            .formatted(technique, PATIENCE, armed, String.join("; ", lost)));
  }

  @Override
  public final void unmapped(PageSet pages) {
    forget(pages);
    armed = armed.minus(pages);
  }

  @Override
  public final TechniqueStatistics statistics() {
    Map<String, Long> all = new TreeMap<>(counts());
    all.put("session.fetches", fetches.get());
    all.put("session.pages", reported.get());
    return TechniqueStatistics.of(all);
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      changes.end();
      release();
    }
  }
}
