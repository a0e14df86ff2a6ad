package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * The meters of everything tracked in this process; {@link Meters} lists them. Counts are read from
 * the core's immutable statistics: at each {@link #refresh}, when a technique hands over, and when
 * a space closes. Bound to a registry, each shows up when it first counts something. For any
 * thread.
 */
@Component(
    immediate = true,
    service = {TrackingObserver.class, MeterBinder.class, TrackingMeters.class})
public final class TrackingMeters implements MeterBinder, TrackingObserver {
  /** While a space was never fetched from, no technique gathers. */
  private static final String NO_TECHNIQUE = "none";

  private final Totals totals = new Totals();

  /** Weak, as a space may be forgotten without a word when its core goes. */
  private final Map<AddressSpace, SpaceSamples> samples =
      Collections.synchronizedMap(new WeakHashMap<>());

  private volatile @Nullable TrackingControl control;

  /** From now on {@link #refresh} reads the counts of this core. */
  public synchronized void watch(TrackingControl core) {
    control = core;
  }

  /** Stops reading the counts of this core. */
  public synchronized void unwatch(TrackingControl core) {
    control = control == core ? null : control;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    totals.bindTo(registry);
    Gauge.builder(Meters.SPACES.meterName(), this, TrackingMeters::spaces)
        .baseUnit(Meters.SPACES.unit())
        .description(Meters.SPACES.description())
        .register(registry);
    refresh();
  }

  /** Undoes {@link #bindTo}: meters that come from now on are not shown in {@code registry}. */
  public void unbind(MeterRegistry registry) {
    totals.unbind(registry);
  }

  /** Brings the totals up to date; call it before reading a registry. */
  public void refresh() {
    TrackingControl core = control;
    if (core != null) {
      for (AddressSpace space : core.spaces()) {
        String technique = core.active(space).orElse(NO_TECHNIQUE);
        sampleOf(space).sample(space, technique, core.statistics(space));
      }
    }
  }

  @Override
  public void stopped(AddressSpace space, String technique, TrackingStatistics counts) {
    sampleOf(space).sample(space, technique, counts);
  }

  @Override
  public void written(AddressSpace space, long pages) {
    TrackingControl core = control;
    String technique = core == null ? NO_TECHNIQUE : core.active(space).orElse(NO_TECHNIQUE);
    totals.add(Meters.PAGES_WRITTEN, SpaceSamples.tags(space, technique), pages);
  }

  private double spaces() {
    TrackingControl core = control;
    return core == null ? 0 : core.spaces().size();
  }

  private SpaceSamples sampleOf(AddressSpace space) {
    return samples.computeIfAbsent(space, fresh -> new SpaceSamples(totals));
  }
}
