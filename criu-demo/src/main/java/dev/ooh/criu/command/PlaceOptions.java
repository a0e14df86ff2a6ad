package dev.ooh.criu.command;

import dev.ooh.cli.UsageException;
import dev.ooh.image.remote.CriuPageServer;
import dev.ooh.image.remote.RemoteSets;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetPlace;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command puts image sets. */
final class PlaceOptions {
  private static final String OURS = "ooh";
  private static final int HIGHEST_PORT = 65_535;

  @Option(
      names = "--directory",
      paramLabel = "D",
      description =
          "Where the image sets go; made if it isn't there. A path, or the URI of a file system"
              + " that is plugged in.")
  private @Nullable String directory;

  @Option(
      names = "--page-server",
      paramLabel = "HOST:PORT",
      description =
          "Send the image sets to an 'ooh page-server' instead, which says when they are durable;"
              + " or, with --page-server-protocol, pages and pagemaps alone to a 'criu"
              + " page-server', and all else to D.")
  private @Nullable String server;

  @Option(
      names = "--page-server-protocol",
      paramLabel = "ooh|3|4",
      defaultValue = OURS,
      description =
          "What the page server speaks: 3 is CRIU's up to 4.1.1, 4 from 4.2 on (default:"
              + " ${DEFAULT-VALUE}).")
  private String protocol = OURS;

  @Option(
      names = "--compress",
      description =
          "Compress pages by LZ4, 256 KiB at a time, in sets that are called set-N.lz4. They are"
              + " restored as a whole, as what is compressed can't be mapped.")
  private boolean compress;

  /** A place that is open. */
  interface Open extends AutoCloseable {
    SetPlace place();

    /** What to do with what came there, for people. */
    void printHint(PrintWriter out);

    @Override
    void close() throws IOException;
  }

  /**
   * Opens it, and removes what an interrupted run left.
   *
   * @param err is told of that, and of what holds less firmly there
   */
  Open open(ImageDirectories directories, PrintWriter err) throws UsageException, IOException {
    if (!protocol.matches(OURS + "|3|4")) {
      throw new UsageException(
          "--page-server-protocol is '%s', wanted ooh, 3 or 4".formatted(protocol));
    }
    String to = directory;
    InetSocketAddress address = address();
    if (address == null && !protocol.equals(OURS)) {
      throw new UsageException(
          "--page-server-protocol without a page server, wanted --page-server");
    }
    if (address != null && compress) {
      throw new UsageException(
          "--compress with --page-server, wanted one of them: pages are sent as they are");
    }
    if (address != null && protocol.equals(OURS)) {
      if (to != null) {
        throw new UsageException(
            "--directory is '%s', wanted none: the page server takes everything".formatted(to));
      }
      return new OurServer(new RemoteSets(address), name(address));
    }
    if (to == null) {
      throw new UsageException("there is no --directory, wanted one for the image sets");
    }
    Path path = directories.path("--directory", to);
    ImageStore store = ImageStore.open(path);
    boolean opened = false;
    try {
      store.weaker().forEach(line -> err.printf("%s: %s%n", to, line));
      for (Path set : store.tidy()) {
        err.printf("%s was left by a run that was interrupted before its dump: removed%n", set);
      }
      opened = true;
      return address == null
          ? new Directory(store, compress ? store.compressed() : store, to)
          : new CriusServer(
              store,
              to,
              new CriuPageServer(store, address, Integer.parseInt(protocol)),
              name(address));
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  private static String name(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }

  private @Nullable InetSocketAddress address() throws UsageException {
    String text = server;
    if (text == null) {
      return null;
    }
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    String host = colon < 1 ? "" : text.substring(0, colon).replaceAll("^\\[|]$", "");
    if (host.isBlank()
        || !port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > HIGHEST_PORT) {
      throw new UsageException(
          "--page-server is '%s', wanted a host and a port, such as localhost:27000"
              .formatted(text));
    }
    return new InetSocketAddress(host, Integer.parseInt(port));
  }

  private record Directory(ImageStore store, SetPlace place, String name) implements Open {
    @Override
    public void printHint(PrintWriter out) {
      out.printf("restore with: ooh restore %s%n", quoted(name));
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }

  private record OurServer(RemoteSets place, String server) implements Open {
    @Override
    public void printHint(PrintWriter out) {
      out.printf(
          "durable at the page server %s: restore there, with ooh restore and its directory%n",
          server);
    }

    @Override
    public void close() {}
  }

  private record CriusServer(ImageStore store, String name, CriuPageServer place, String server)
      implements Open {
    @Override
    public void printHint(PrintWriter out) {
      out.printf(
          "the page server %s received the pages, and does not say whether they are durable: copy"
              + " its pagemap-*.img and pages-*.img to the set in %s, then ooh restore%n",
          server, quoted(name));
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }

  /** For a shell, which the line is to be pasted into. */
  private static String quoted(String word) {
    return word.matches("[\\w./+:=@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
