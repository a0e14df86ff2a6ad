package dev.ooh.evaluation;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh evaluate}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=evaluate",
      "ooh.summary=the paper's tables and figures on the simulated machine, as a report"
    })
public final class EvaluateCommand implements ToIntFunction<String[]> {
  private final BundleContext context;
  private final Tracking tracking;

  @Activate
  public EvaluateCommand(BundleContext context, @Reference Tracking tracking) {
    this.context = context;
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(
        new EvaluateRun(() -> CodeVersion.of(context), tracking), arguments);
  }
}
