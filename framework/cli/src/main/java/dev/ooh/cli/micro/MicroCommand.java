package dev.ooh.cli.micro;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh micro}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=micro",
      "ooh.summary=the paper's array micro-benchmark: what tracking costs, by technique and size"
    })
public final class MicroCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public MicroCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new MicroRun(tracking), arguments, tracking);
  }
}
