package dev.ooh.memory;

import java.util.function.Consumer;

/**
 * The identity of somebody who asks which pages changed: a collector, a checkpointer. What one
 * consumer fetches and commits, another one is still owed. Obtained from {@link
 * AddressSpace#consumer}; two consumers are never equal.
 */
public final class TrackingConsumer implements AutoCloseable {
  private final AddressSpace space;
  private final String name;
  private final Consumer<TrackingConsumer> onClose;

  /** For substrates: {@code onClose} runs at each {@link #close}. */
  public TrackingConsumer(AddressSpace space, String name, Consumer<TrackingConsumer> onClose) {
    this.space = space;
    this.name = name;
    this.onClose = onClose;
  }

  public AddressSpace space() {
    return space;
  }

  public String name() {
    return name;
  }

  /** Gives up everything owed. Its outstanding intervals can no longer be committed. */
  @Override
  public void close() {
    onClose.accept(this);
  }

  @Override
  public String toString() {
    return name + " of " + space.name();
  }
}
