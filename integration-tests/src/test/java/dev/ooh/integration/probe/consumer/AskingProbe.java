package dev.ooh.integration.probe.consumer;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ChangedPages;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/** A consumer: asks twice which pages changed, and tells the reasons of the second answer. */
public final class AskingProbe implements Callable<List<String>> {
  private static final int PAGES = 16;

  @Override
  public List<String> call() throws Exception {
    BundleContext context = FrameworkUtil.getBundle(AskingProbe.class).getBundleContext();
    try (AddressSpace space = substrate(context).open(SpaceOptions.named("probe"))) {
      return space.execution().run(() -> ask(space));
    }
  }

  private List<String> ask(AddressSpace space) {
    try (TrackingConsumer me = space.consumer("probe")) {
      Region region = space.map(RegionRequest.anonymous("probe", (long) PAGES * PageSet.PAGE_SIZE));
      PageSet all = PageSet.of(region.start(), region.end());
      try (Interval first = changedPages(space, me, all, all)) {
        first.commit();
      }
      space.memory().putLong(region.start(), 1);
      try (Interval second = changedPages(space, me, all, all)) {
        if (!second.pages().contains(region.start())) {
          throw new AssertionError("a page was lost: " + second.pages());
        }
        second.commit();
        return new ArrayList<>(second.reasons());
      }
    }
  }

  @ChangedPages
  private Interval changedPages(
      AddressSpace space, TrackingConsumer me, PageSet scan, PageSet arm) {
    return Interval.all(scan, "not woven");
  }

  private static Substrate substrate(BundleContext context) throws Exception {
    for (ServiceReference<Substrate> found : context.getServiceReferences(Substrate.class, null)) {
      Substrate substrate = context.getService(found);
      if (substrate != null && substrate.refusal().isEmpty()) {
        return substrate;
      }
    }
    throw new AssertionError("no substrate works here");
  }
}
