package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code ooh page-server}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=page-server",
      "ooh.summary=take image sets over TCP, and pages from CRIU's clients"
    })
public final class PageServerCommand implements ToIntFunction<String[]> {
  private final ImageDirectories directories;

  @Activate
  public PageServerCommand(
      @Reference(
              cardinality = ReferenceCardinality.MULTIPLE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<FileSystemProvider> places) {
    this.directories = new ImageDirectories(places);
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new PageServerRun(directories), arguments);
  }
}
