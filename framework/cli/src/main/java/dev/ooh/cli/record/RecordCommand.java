package dev.ooh.cli.record;

import dev.ooh.cli.CommandSupport;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ooh record}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=record",
      "ooh.summary=run another command and record which pages its program writes"
    })
public final class RecordCommand implements ToIntFunction<String[]> {
  private final BundleContext context;

  @Activate
  public RecordCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public int applyAsInt(String[] arguments) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new RecordRun(commands()));
    spec.parser().stopAtPositional(true); // what follows is the other command's
    return CommandSupport.execute(spec, arguments);
  }

  /** All that are present, by name. */
  private Map<String, ToIntFunction<String[]>> commands() {
    Map<String, ToIntFunction<String[]>> commands = new TreeMap<>();
    try {
      for (ServiceReference<ToIntFunction> found :
          context.getServiceReferences(ToIntFunction.class, "(ooh.command=*)")) {
        commands.put(
            String.valueOf(found.getProperty("ooh.command")),
            arguments -> {
              @SuppressWarnings("unchecked") // what a service of that property is
              ToIntFunction<String[]> command = context.getService(found);
              return command.applyAsInt(arguments);
            });
      }
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
    return commands;
  }
}
