package dev.ooh.criu.command;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code ooh restore}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=restore",
      "ooh.summary=restore the newest image set, verify every page, let the application go on"
    })
public final class RestoreCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;
  private final ImageDirectories directories;

  @Activate
  public RestoreCommand(
      @Reference Tracking tracking,
      @Reference(
              cardinality = ReferenceCardinality.MULTIPLE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<FileSystemProvider> places) {
    this.tracking = tracking;
    this.directories = new ImageDirectories(places);
  }

  @Override
  public int applyAsInt(String[] arguments) {
    return CommandSupport.execute(new RestoreRun(tracking, directories), arguments);
  }
}
