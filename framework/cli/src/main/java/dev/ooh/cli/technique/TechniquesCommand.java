package dev.ooh.cli.technique;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh techniques}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=techniques",
      "ooh.summary=which technique works where, and why not, found by trying"
    })
public final class TechniquesCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public TechniquesCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new TechniquesRun(tracking), arguments);
  }
}
