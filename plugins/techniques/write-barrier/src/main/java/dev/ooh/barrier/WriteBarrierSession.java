package dev.ooh.barrier;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.ArmedSession;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.ProcessFence;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Reads and cleans the cards, in one step. */
final class WriteBarrierSession extends ArmedSession {
  private final StoreLinks links;
  private final ProcessFence fence;
  private final Supplier<PageSet> adopted;
  private final CardTable cards;
  private final AtomicLong fences = new AtomicLong();

  /**
   * @param adopted pages that the space did not map: their stores don't go through its memory
   */
  WriteBarrierSession(
      StoreLinks links, int cardBytes, ProcessFence fence, Supplier<PageSet> adopted)
      throws TrackingException {
    super("write-barrier");
    this.adopted = adopted;
    this.links = links;
    this.fence = fence;
    try {
      cards = links.users().open(this, cardBytes);
    } catch (IllegalStateException e) {
      throw new TrackingException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  protected Gathered collect(PageSet scan, PageSet arm) throws TrackingException {
    PageSet fresh = arm.minus(armed());
    check(fresh);
    claim(armed().union(fresh));
    PageSet written = cards.drain(scan.intersect(armed()), arm);
    cards.arm(fresh);
    if (!written.isEmpty() || !fresh.isEmpty()) {
      fenceAll();
    }
    return new Gathered(written, List.of(), links.users().takeDoubts(this));
  }

  private void check(PageSet fresh) throws TrackingException {
    if (fresh.isEmpty()) {
      return;
    }
    PageSet foreign = adopted.get().intersect(fresh);
    if (!foreign.isEmpty() && !links.classes().hasChosen()) {
      throw new ForeignMemoryException(foreign);
    }
    if (!CardTable.holds(fresh)) {
      throw new TrackingException(
          "can't arm %s: the table of cards ends at 0x%x".formatted(fresh, 1L << 48));
    }
  }

  /** Two sessions would take each other's marks away. */
  private void claim(PageSet pages) throws TrackingException {
    PageSet taken = links.users().claim(this, pages);
    if (!taken.isEmpty()) {
      throw new TrackingException(
          "can't arm %s: another session of write-barrier tracks them".formatted(taken));
    }
  }

  /** From here on nobody relies on a card as it was before it was cleaned. */
  private void fenceAll() throws TrackingException {
    try {
      fence.fence();
    } catch (FacilityException e) {
      throw new TrackingException("the process-wide fence failed: " + e.getMessage(), e);
    }
    fences.incrementAndGet();
  }

  @Override
  protected void forget(PageSet unmapped) {
    cards.disarm(armed().intersect(unmapped));
    links.users().claim(this, armed().minus(unmapped));
  }

  @Override
  public String mode() {
    return "cards of %d bytes, %s"
        .formatted(
            cards.cardBytes(),
            fence instanceof SafepointFence ? "a safepoint a fetch" : "a process fence a fetch");
  }

  @Override
  protected Map<String, Long> counts() {
    return Map.of("session.fences", fences.get());
  }

  @Override
  protected void release() {
    cards.disarm(armed());
    links.users().close(this);
  }
}
