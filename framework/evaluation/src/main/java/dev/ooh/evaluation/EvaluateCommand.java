package dev.ooh.evaluation;

import dev.ooh.cli.CommandSupport;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** {@code ooh evaluate}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=evaluate",
      "ooh.summary=the paper's tables and figures on the simulated machine, as a report"
    })
public final class EvaluateCommand implements ToIntFunction<String[]> {
  private final BundleContext context;

  @Activate
  public EvaluateCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new EvaluateRun(CodeVersion.of(context)), arguments);
  }
}
