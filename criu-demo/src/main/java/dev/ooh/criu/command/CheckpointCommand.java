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

/** {@code ooh checkpoint}. */
@Component(
    service = ToIntFunction.class,
    property = {
      "ooh.command=checkpoint",
      "ooh.summary=run an application, pre-dump it on the way and dump it in CRIU's format"
    })
public final class CheckpointCommand implements ToIntFunction<String[]> {
  private final Tracking tracking;
  private final ImageDirectories directories;

  @Activate
  public CheckpointCommand(
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
    return CommandSupport.execute(new CheckpointRun(tracking, directories), arguments, tracking);
  }
}
