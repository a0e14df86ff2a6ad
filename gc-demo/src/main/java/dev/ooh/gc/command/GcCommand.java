package dev.ooh.gc.command;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import dev.ooh.memory.collection.CollectionObserver;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code ooh gc}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=gc",
      "ooh.summary=an application on the collected heap: pauses and total time, by technique"
    })
public final class GcCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  /** Told of each cycle; they come and go. */
  @Reference(policy = ReferencePolicy.DYNAMIC)
  private volatile List<CollectionObserver> observers = List.of();

  @Activate
  public GcCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new GcRun(tracking, observers), arguments, tracking);
  }
}
