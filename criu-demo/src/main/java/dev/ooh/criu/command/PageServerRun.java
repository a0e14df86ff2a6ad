package dev.ooh.criu.command;

import dev.ooh.cli.UsageException;
import dev.ooh.image.remote.PageServer;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh page-server}. */
@Command(
    name = "ooh page-server",
    description = {
      "Takes image sets of 'ooh checkpoint --page-server', each durable in D before the client is"
          + " told so, and pages and pagemaps of CRIU's clients since 3.3, a directory"
          + " D/received-… for each connection.",
      "Runs until it is interrupted. A set whose connection breaks is removed."
    })
final class PageServerRun implements Callable<Integer> {
  private static final int HIGHEST_PORT = 65_535;

  private final ImageDirectories directories;

  @Parameters(index = "0", paramLabel = "D", description = "Where it all goes.")
  private String place = ".";

  @Option(
      names = "--port",
      paramLabel = "P",
      defaultValue = "27000",
      description = "On which to listen; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--address",
      paramLabel = "A",
      defaultValue = "127.0.0.1",
      description =
          "Of this machine, on which to listen (default: ${DEFAULT-VALUE}). Whoever can connect"
              + " can write to D.")
  private String address = "127.0.0.1";

  @Option(
      names = "--incremental",
      description =
          "Let CRIU's clients leave pages to what this server received before, of the same"
              + " process.")
  private boolean incremental;

  @Option(
      names = "--sets",
      paramLabel = "N",
      defaultValue = "0",
      description = "End after so many; 0 for never (default: ${DEFAULT-VALUE}).")
  private int sets;

  @Spec private CommandSpec spec = CommandSpec.create();

  PageServerRun(ImageDirectories directories) {
    this.directories = directories;
  }

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > HIGHEST_PORT) {
      throw new UsageException("--port is %d, wanted 0 to %d".formatted(port, HIGHEST_PORT));
    }
    if (sets < 0) {
      throw new UsageException("--sets is " + sets + ", wanted 0 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    CountDownLatch left = new CountDownLatch(Math.max(sets, 1));
    PageServer.Listener listener =
        new PageServer.Listener() {
          @Override
          public void received(Path what) {
            out.printf("%s is durable%n", what);
            out.flush();
            if (sets > 0) {
              left.countDown();
            }
          }

          @Override
          public void failed(String why) {
            err.println(why);
            err.flush();
          }
        };
    Path directory = directories.path("D", place);
    try (PageServer server =
        PageServer.open(directory, new InetSocketAddress(address, port), incremental, listener)) {
      out.printf(
          "listening on %s:%d%n", server.address().getHostString(), server.address().getPort());
      out.flush();
      left.await();
    }
    return 0;
  }
}
