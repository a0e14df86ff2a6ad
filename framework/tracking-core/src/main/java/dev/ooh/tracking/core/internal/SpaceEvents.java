package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;

/** Notes a space's events in its ledger; each only takes the ledger's monitor for a moment. */
final class SpaceEvents implements AddressSpace.Listener {
  private final Ledger ledger;
  private final Runnable closing;

  SpaceEvents(Ledger ledger, Runnable closing) {
    this.ledger = ledger;
    this.closing = closing;
  }

  @Override
  public void unmapped(AddressSpace space, PageSet pages) {
    ledger.unmapped(pages);
  }

  @Override
  public void changed(AddressSpace space, PageSet pages) {
    ledger.changed(pages);
  }

  @Override
  public void doubt(AddressSpace space, String reason) {
    ledger.doubt(reason);
  }

  @Override
  public void consumerClosed(TrackingConsumer consumer) {
    ledger.consumerClosed(consumer);
  }

  @Override
  public void closing(AddressSpace space) {
    closing.run();
  }
}
