package dev.ooh.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.CommandSupport;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.junit.jupiter.api.Test;

class ShellRunTest {
  private final Tracking tracking =
      Tracking.of(TrackingCore.create(List.of(new Shy())), List.of(ToySubstrate.VIRTUAL));
  private final StringWriter err = new StringWriter();

  @Test
  void aTechniqueThatIsRefusedIsAFailure() throws Exception {
    assertThat(run("--technique", "shy")).isEqualTo(CommandSupport.FAILED);
    assertThat(err.toString()).contains("shy is refused: it is shy (be gentle)");
    assertThat(tracking.control().spaces()).isEmpty();
  }

  @Test
  void aTechniqueThatIsNotThereIsWrongUsage() throws Exception {
    assertThat(run("--technique", "bold")).isEqualTo(CommandSupport.WRONG_USAGE);
    assertThat(err.toString()).contains("'bold'").contains("shy").contains("all-dirty");
    assertThat(tracking.control().spaces()).isEmpty();
  }

  @Test
  void oneThatWorksIsBegunWith() {
    assertThat(run("--technique", "all-dirty")).isEqualTo(CommandSupport.DONE);
    assertThat(err.toString()).isEmpty();
  }

  private int run(String... arguments) {
    ShellRun run =
        new ShellRun(
            tracking,
            new TrackingCommands(tracking),
            new CommandProcessorImpl(null),
            InputStream.nullInputStream());
    return CommandSupport.execute(
        run, arguments, new PrintWriter(new StringWriter()), new PrintWriter(err));
  }

  /** Is there, and can't be used. */
  private static final class Shy implements TrackingTechnique {
    @Override
    public TechniqueDescriptor descriptor() {
      return new TechniqueDescriptor("shy", "for tests", 5, false);
    }

    @Override
    public Probe probe(AddressSpace space) {
      return Probe.refused("it is shy", "be gentle");
    }

    @Override
    public TrackingSession open(AddressSpace space) throws TrackingException {
      throw new TrackingException("it is shy");
    }
  }
}
