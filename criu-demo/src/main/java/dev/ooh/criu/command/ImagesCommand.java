package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Component;

/** {@code ooh images}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=images",
      "ooh.summary=list, check, merge, prune and compare image sets"
    })
public final class ImagesCommand implements ToIntFunction<String[]> {
  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new ImagesRun(), arguments);
  }
}
