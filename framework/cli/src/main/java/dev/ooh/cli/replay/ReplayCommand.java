package dev.ooh.cli.replay;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh replay}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=replay",
      "ooh.summary=what recorded page writes would cost under each technique, by a cost profile"
    })
public final class ReplayCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public ReplayCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new ReplayRun(tracking), arguments, tracking);
  }
}
