package dev.ooh.memory.support;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of an address space that is the same on every substrate: its name and settings, its
 * consumers, and the telling of its listeners.
 *
 * <p>A listener's fault is its own: the others are told, the operation goes on, and the fault is
 * logged. Only when the virtual machine itself is at its end ({@link VirtualMachineError}: no
 * memory, no stack) does the operation fail, after all were told, for nobody knows then what a
 * listener did not take in.
 */
public abstract class BasicAddressSpace implements AddressSpace {
  private static final System.Logger LOG = System.getLogger(BasicAddressSpace.class.getName());

  private final String substrate;
  private final SpaceOptions options;
  private volatile Map<String, String> defaults = Map.of();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param substrate as {@link #substrate} has it
   */
  protected BasicAddressSpace(String substrate, SpaceOptions options) {
    this.substrate = substrate;
    this.options = options;
  }

  @Override
  public final String name() {
    return options.name();
  }

  @Override
  public final String substrate() {
    return substrate;
  }

  @Override
  public final Optional<String> setting(String setting) {
    String said = options.settings().get(setting);
    return Optional.ofNullable(said == null ? defaults.get(setting) : said);
  }

  @Override
  public final void setDefaults(Map<String, String> settings) {
    defaults = Map.copyOf(settings);
  }

  @Override
  public final TrackingConsumer consumer(String consumerName) {
    return new TrackingConsumer(
        this,
        consumerName,
        consumer -> tell("consumerClosed", listener -> listener.consumerClosed(consumer)));
  }

  @Override
  public final void addListener(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public final void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  /** What the space was opened with. */
  protected final SpaceOptions options() {
    return options;
  }

  /** See {@link AddressSpace.Listener#mapped}. */
  protected final void tellMapped(Region region) {
    tell("mapped", listener -> listener.mapped(this, region));
  }

  /** See {@link AddressSpace.Listener#unmapped}. */
  protected final void tellUnmapped(PageSet pages) {
    tell("unmapped", listener -> listener.unmapped(this, pages));
  }

  /** See {@link AddressSpace.Listener#changed}. */
  protected final void tellChanged(PageSet pages) {
    tell("changed", listener -> listener.changed(this, pages));
  }

  /** See {@link AddressSpace.Listener#doubt}. */
  protected final void tellDoubt(String reason) {
    tell("doubt", listener -> listener.doubt(this, reason));
  }

  /** See {@link AddressSpace.Listener#closing}. */
  protected final void tellClosing() {
    tell("closing", listener -> listener.closing(this));
  }

  /**
   * @throws IllegalStateException if the space is closed
   */
  protected final void checkOpen() {
    if (!isOpen()) {
      throw new IllegalStateException("address space " + name() + " is closed, wanted an open one");
    }
  }

  private void tell(String event, Consumer<Listener> what) {
    @Nullable VirtualMachineError fatal = null;
    for (Listener listener : listeners) {
      try {
        what.accept(listener);
      } catch (VirtualMachineError e) {
        fatal = fatal == null ? e : fatal;
      } catch (Throwable e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "listener %s of %s failed when it was told of %s".formatted(listener, this, event),
            e);
      }
    }
    if (fatal != null) {
      throw fatal;
    }
  }

  @Override
  public String toString() {
    return "%s address space %s".formatted(substrate, name());
  }
}
