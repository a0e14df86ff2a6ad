package dev.ooh.cli.calibrate;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh calibrate}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=calibrate",
      "ooh.summary=measure what tracking costs on this machine, as a cost profile"
    })
public final class CalibrateCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public CalibrateCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new CalibrateRun(tracking), arguments);
  }
}
