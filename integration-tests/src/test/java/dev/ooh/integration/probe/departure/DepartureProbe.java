package dev.ooh.integration.probe.departure;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/**
 * Tracks with one technique, lets the test do something to its bundle in the middle of an interval,
 * and looks for what was lost. Takes {@code substrate}, {@code technique} and {@code action}, a
 * {@link Callable}; answers with the lines of what happened, {@code refused …} where the technique
 * does not work here.
 */
public final class DepartureProbe implements Function<Map<String, Object>, List<String>> {
  private static final int PAGES = 64;

  @Override
  public List<String> apply(Map<String, Object> asked) {
    BundleContext context = FrameworkUtil.getBundle(DepartureProbe.class).getBundleContext();
    TrackingControl control = service(context, TrackingControl.class, null).orElseThrow();
    String name = (String) asked.get("substrate");
    Substrate substrate = service(context, Substrate.class, name).orElseThrow();
    if (substrate.refusal().isPresent()) {
      return List.of("refused: " + substrate.refusal().get());
    }
    try (AddressSpace space = substrate.open(SpaceOptions.named("departure"))) {
      return track(
          space, control, (String) asked.get("technique"), (Callable<?>) asked.get("action"));
    } catch (Exception e) {
      throw new AssertionError(name + " " + asked.get("technique"), e);
    }
  }

  private static List<String> track(
      AddressSpace space, TrackingControl control, String technique, Callable<?> action)
      throws Exception {
    Optional<String> refusal =
        control.list(space).stream()
            .filter(found -> found.descriptor().name().equals(technique))
            .filter(found -> !found.probe().usable())
            .map(found -> found.probe().reason())
            .findFirst();
    if (refusal.isPresent()) {
      return List.of("refused: " + refusal.get());
    }
    control.use(space, technique);
    Region region =
        space.map(RegionRequest.anonymous("departure", (long) PAGES * PageSet.PAGE_SIZE));
    TrackingConsumer me = space.consumer("probe");
    fetch(space, control, me, region);
    write(space, region, 1);
    action.call();
    write(space, region, 2);
    Interval interval = fetch(space, control, me, region);
    expect(interval, region, 1);
    expect(interval, region, 2);
    write(space, region, 3);
    expect(fetch(space, control, me, region), region, 3);
    boolean all = interval.pages().pageCount() == PAGES;
    if (all == interval.reasons().isEmpty()) {
      throw new AssertionError(
          "%s reported %s with the reasons %s, wanted all pages and why, or what was written"
              .formatted(technique, interval.pages(), interval.reasons()));
    }
    return interval.reasons().isEmpty() ? List.of("complete") : interval.reasons();
  }

  private static void write(AddressSpace space, Region region, int page) throws Exception {
    space
        .execution()
        .run(
            () -> {
              space.memory().putLong(address(region, page), page);
              return null;
            });
  }

  private static Interval fetch(
      AddressSpace space, TrackingControl control, TrackingConsumer me, Region region)
      throws Exception {
    return space
        .execution()
        .run(
            () -> {
              Interval interval = control.fetch(space, me, region.pages(), region.pages());
              interval.commit();
              return interval;
            });
  }

  private static void expect(Interval interval, Region region, int page) {
    if (!interval.pages().contains(address(region, page))) {
      throw new AssertionError("page " + page + " was lost: " + interval.pages());
    }
  }

  private static long address(Region region, int page) {
    return region.start() + (long) page * PageSet.PAGE_SIZE;
  }

  private static <T> Optional<T> service(BundleContext context, Class<T> type, String name) {
    try {
      return context.getServiceReferences(type, null).stream()
          .map(context::getService)
          .filter(found -> name == null || ((Substrate) found).name().equals(name))
          .findFirst();
    } catch (org.osgi.framework.InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
