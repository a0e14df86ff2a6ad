package dev.ooh.cli.doctor;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh doctor}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=doctor",
      "ooh.summary=what this machine and this user can do, on which memory, and what would help"
    })
public final class DoctorCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;

  @Activate
  public DoctorCommand(@Reference Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new DoctorRun(tracking), arguments);
  }
}
