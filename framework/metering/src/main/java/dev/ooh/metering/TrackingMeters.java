package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * The meters of everything tracked in this process; {@link Meters} lists them. Counts are read from
 * the core's immutable statistics: at each {@link #refresh}, when a technique takes over, and when
 * a space closes. Bound to a registry, each shows up when it first counts something; durations are
 * recorded from then on. For any thread.
 */
@Component(
    immediate = true,
    service = {TrackingObserver.class, MeterBinder.class, TrackingMeters.class})
public final class TrackingMeters implements MeterBinder, TrackingObserver {
  /** While a space was never fetched from, no technique gathers. */
  private static final String NO_TECHNIQUE = "none";

  private final Totals totals = new Totals();
  private final Durations durations = new Durations();

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
    durations.bindTo(registry);
    Gauge.builder(Meters.SPACES.meterName(), this, TrackingMeters::spaces)
        .baseUnit(Meters.SPACES.unit())
        .description(Meters.SPACES.description())
        .register(registry);
    refresh();
  }

  /** Undoes {@link #bindTo}: meters that come from now on are not shown in {@code registry}. */
  public void unbind(MeterRegistry registry) {
    totals.unbind(registry);
    durations.unbind(registry);
  }

  /** Brings the totals up to date; call it before reading a registry. */
  public void refresh() {
    TrackingControl core = control;
    if (core != null) {
      for (AddressSpace space : core.spaces()) {
        String active = core.active(space).orElse(NO_TECHNIQUE);
        sampleOf(space).sample(space, active, core.statisticsByTechnique(space));
      }
    }
  }

  @Override
  public void works(
      AddressSpace space, Optional<String> technique, Map<String, TrackingStatistics> counts) {
    sampleOf(space).works(space, technique.orElse(NO_TECHNIQUE), counts);
  }

  @Override
  public void took(AddressSpace space, String technique, Phase phase, long nanos) {
    Meters meter =
        switch (phase) {
          case FETCH -> Meters.FETCH;
          case REARM -> Meters.REARM;
          case PAUSE -> Meters.PAUSE;
        };
    durations.record(meter, SpaceSamples.tags(space, technique), nanos);
  }

  @Override
  public void written(AddressSpace space, Optional<String> technique, long pages) {
    Tags tags = SpaceSamples.tags(space, technique.orElse(NO_TECHNIQUE));
    totals.add(Meters.PAGES_WRITTEN, tags, pages);
  }

  private double spaces() {
    TrackingControl core = control;
    return core == null ? 0 : core.spaces().size();
  }

  private SpaceSamples sampleOf(AddressSpace space) {
    return samples.computeIfAbsent(space, fresh -> new SpaceSamples(totals));
  }
}
