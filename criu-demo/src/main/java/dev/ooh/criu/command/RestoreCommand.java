package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh restore}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=restore",
      "ooh.summary=restore the newest image set, verify every page, let the application go on"
    })
public final class RestoreCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public RestoreCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new RestoreRun(tracking), arguments);
  }
}
