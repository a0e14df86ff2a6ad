package dev.ooh.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --metrics-port}. A picocli mixin for every command that runs for a while. */
public final class MetricsOptions {
  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description =
          "Serve meters as Prometheus text on this port of the loopback interface meanwhile; 0"
              + " chooses one.")
  private @Nullable Integer port;

  /**
   * Serves the meters until the result is closed, if that was asked for.
   *
   * @throws CommandException when the port is taken or metering is not installed
   */
  public Serving serve(Tracking tracking) throws CommandException {
    Integer asked = port;
    return new Serving(asked == null ? null : tracking.serveMetrics(asked));
  }

  /** Meters being served, or not. */
  public static final class Serving implements AutoCloseable {
    private final @Nullable AutoCloseable endpoint;

    private Serving(@Nullable AutoCloseable endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public void close() throws CommandException {
      if (endpoint != null) {
        try {
          endpoint.close();
        } catch (Exception e) {
          throw new CommandException("the metrics port was not closed: " + ErrorText.of(e), e);
        }
      }
    }
  }
}
