package dev.ooh.cli.shell;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.util.function.ToIntFunction;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ooh shell}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=shell",
      "ooh.summary=look at and switch techniques under a running program (Gogo)"
    })
public final class ShellCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;
  private final TrackingCommands commands;
  private final CommandProcessor processor;

  @Activate
  public ShellCommand(
      @Reference Tracking tracking,
      @Reference TrackingCommands commands,
      @Reference CommandProcessor processor) {
    this.tracking = tracking;
    this.commands = commands;
    this.processor = processor;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(
        new ShellRun(tracking, commands, processor, System.in), arguments);
  }
}
