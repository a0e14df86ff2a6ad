package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh checkpoint}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=checkpoint",
      "ooh.summary=run an application, pre-dump it on the way and dump it in CRIU's format"
    })
public final class CheckpointCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public CheckpointCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new CheckpointRun(tracking), arguments, tracking);
  }
}
