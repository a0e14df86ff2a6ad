package dev.ooh.cli.demo;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.Tracking;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code ooh demo}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=demo",
      "ooh.summary=a collector and a checkpointer under every technique, switched while they run"
    })
public final class DemoCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;
  private final List<DemoConsumer> consumers = new CopyOnWriteArrayList<>();

  @Activate
  public DemoCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindConsumer(DemoConsumer consumer) {
    consumers.add(consumer);
  }

  void unbindConsumer(DemoConsumer consumer) {
    consumers.remove(consumer);
  }

  @Override
  public int applyAsInt(String[] arguments) {
    List<DemoConsumer> ordered =
        consumers.stream()
            .sorted(Comparator.comparingInt(DemoConsumer::order).thenComparing(DemoConsumer::name))
            .toList();
    return CommandSupport.execute(new DemoRun(tracking, ordered), arguments);
  }
}
