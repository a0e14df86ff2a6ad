package dev.ooh.cli.internal;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.SubstrateChoice;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The services of this process, as they come and go. */
@Component
public final class OsgiTracking implements Tracking {
  /** How long a name is waited for that isn't there: a bundle may just be being refreshed. */
  private static final Duration PATIENCE = Duration.ofMillis(1500);

  private final BundleContext context;
  private final List<Substrate> substrates = new ArrayList<>();
  private @Nullable TrackingControl control;

  @Activate
  public OsgiTracking(BundleContext context) {
    this.context = context;
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindControl(TrackingControl found) {
    control = found;
    notifyAll();
  }

  synchronized void unbindControl(TrackingControl gone) {
    control = control == gone ? null : control;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  synchronized void bindSubstrate(Substrate found) {
    substrates.add(found);
    substrates.sort(Comparator.comparing(Substrate::name));
    notifyAll();
  }

  synchronized void unbindSubstrate(Substrate gone) {
    substrates.remove(gone);
  }

  @Override
  public synchronized TrackingControl control() throws CommandException {
    await(() -> control != null);
    TrackingControl found = control;
    if (found == null) {
      throw new CommandException(
          "found no tracking core, wanted the bundle dev.ooh.tracking-core started");
    }
    return found;
  }

  @Override
  public synchronized List<Substrate> substrates() {
    return List.copyOf(substrates);
  }

  @Override
  public synchronized Substrate substrate(String name) throws UsageException {
    await(() -> substrates.stream().anyMatch(substrate -> substrate.name().equals(name)));
    return SubstrateChoice.find(name, substrates);
  }

  @Override
  public Observation observe(TrackingObserver observer) {
    return context.registerService(TrackingObserver.class, observer, null)::unregister;
  }

  private synchronized void await(BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (long left = PATIENCE.toMillis();
          !there.getAsBoolean() && left > 0;
          left = (deadline - System.nanoTime()) / 1_000_000) {
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
