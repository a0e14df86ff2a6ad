package dev.ooh.metering.flight;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;

/**
 * Tells JDK Flight Recorder what tracking does: {@code dev.ooh.Gather}, {@code dev.ooh.Work},
 * {@code dev.ooh.Switch}, {@code dev.ooh.Fallback} and {@code dev.ooh.Interval}. Costs next to
 * nothing while nobody records. For any thread.
 */
@Component(immediate = true, service = TrackingObserver.class)
public final class FlightEvents implements TrackingObserver {
  /** Who worked last, by space; weak, as a space may be forgotten without a word. */
  private final Map<AddressSpace, String> working =
      Collections.synchronizedMap(new WeakHashMap<>());

  @Override
  public void works(
      AddressSpace space, Optional<String> technique, Map<String, TrackingStatistics> counts) {
    String to = technique.orElse("");
    String before = to.isEmpty() ? working.remove(space) : working.put(space, to);
    String from = before == null ? "" : before;
    if (!from.equals(to)) {
      SwitchEvent event = new SwitchEvent();
      event.substrate = space.substrate();
      event.from = from;
      event.to = to;
      event.commit();
    }
  }

  @Override
  public void took(AddressSpace space, String technique, Phase phase, long nanos) {
    WorkEvent event = new WorkEvent();
    if (event.isEnabled()) {
      event.substrate = space.substrate();
      event.technique = technique;
      event.phase = phase.name();
      event.took = nanos;
      event.commit();
    }
  }

  @Override
  public void ended(
      AddressSpace space, TrackingConsumer consumer, Interval interval, boolean committed) {
    IntervalEvent event = new IntervalEvent();
    if (event.isEnabled()) {
      event.substrate = space.substrate();
      event.technique = interval.technique();
      event.consumer = consumer.name();
      event.sequence = interval.sequence();
      event.pages = interval.pages().pageCount();
      event.committed = committed;
      event.reasons = String.join("; ", interval.reasons());
      event.commit();
    }
  }

  @Override
  public void fellBack(AddressSpace space, String technique, String reason) {
    FallbackEvent event = new FallbackEvent();
    event.substrate = space.substrate();
    event.technique = technique;
    event.reason = reason;
    event.commit();
  }

  @Override
  public void gathered(
      AddressSpace space, String technique, PageSet scan, PageSet arm, Gathered gathered) {
    GatherEvent event = new GatherEvent();
    if (event.isEnabled()) {
      event.substrate = space.substrate();
      event.technique = technique;
      event.scanned = scan.pageCount();
      event.armed = arm.pageCount();
      event.written = gathered.pages().pageCount();
      event.unseen = gathered.reported().pageCount() - event.written;
      event.reasons =
          Stream.concat(
                  gathered.lost().stream(), gathered.unseen().stream().map(Gathered.Unseen::reason))
              .collect(Collectors.joining("; "));
      event.commit();
    }
  }
}
