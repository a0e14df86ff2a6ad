package dev.ooh.criu.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.criu.PageServers;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.remote.CriuPageServer;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code criu page-server} itself takes our pages: the one that is installed, or the one that
 * {@code -Dooh.criu} names.
 */
@Timeout(600)
class RealPageServerTest {
  private static final String CRIU = System.getProperty("ooh.criu", "criu");
  private static final Pattern VERSION = Pattern.compile("Version: (\\d+)\\.(\\d+)");
  private static final Pattern ERROR = Pattern.compile("Error .*");

  @TempDir private Path directory;

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? out : "";
  }

  /** 3 or 4. */
  private static int protocol() throws InterruptedException {
    String version;
    try {
      version = run(List.of(CRIU, "--version"));
    } catch (IOException e) {
      version = "";
    }
    Matcher numbers = VERSION.matcher(version);
    assumeTrue(numbers.find(), "criu is not installed: apt-get install criu");
    int major = Integer.parseInt(numbers.group(1));
    int minor = Integer.parseInt(numbers.group(2));
    return major > 4 || (major == 4 && minor >= 2) ? 4 : 3;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts one for one connection; where it listens. */
  private static InetSocketAddress start(Path images, int number) throws Exception {
    int port = freePort(); // it takes no 0 for any
    Path log = images.resolve("server.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                CRIU, "page-server", "--daemon", "--address", "127.0.0.1", "--port", "" + port));
    command.addAll(List.of("--images-dir", images.toString(), "-v4", "--log-file", log.toString()));
    if (number > 1) {
      command.addAll(List.of("--prev-images-dir", "../" + number(number - 1)));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"))
            .start();
    int status = process.waitFor();
    String text = Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    Matcher error = ERROR.matcher(text);
    assumeTrue(
        status == 0, "criu page-server does not start: " + (error.find() ? error.group() : status));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static String number(int number) {
    return "%06d".formatted(number);
  }

  /** It ends after each connection, so each set has one of its own. */
  private record Servers(ImageStore store, Path images, int protocol, int[] count)
      implements SetPlace {
    @Override
    public SetDraft draft() throws IOException {
      Path next = Files.createDirectory(images.resolve(number(++count[0])));
      try {
        return new CriuPageServer(store, start(next, count[0]), protocol).draft();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }

    @Override
    public void remove(Path set) throws IOException {
      store.remove(set);
    }
  }

  @Test
  void takesPagesAndHolesThatRestore() throws Exception {
    int protocol = protocol();
    Path images = Files.createDirectory(directory.resolve("images"));
    Path beside = directory.resolve("beside");
    byte[] contents;
    try (PageServers program =
        new PageServers(
            beside, 20261201, store -> new Servers(store, images, protocol, new int[1]))) {
      program.dump();
      program.preDump();
      assertThat(program.dump().pagesSkippedParent()).isPositive();
      contents = program.contents();
    }
    for (int number = 1; number <= 3; number++) {
      PageServers.copyImages(
          images.resolve(number(number)), beside.resolve("set-" + number(number)));
    }
    assertThat(ImageSet.open(beside).chainLength()).isEqualTo(3);
    assertThat(PageServers.restored(beside)).isEqualTo(contents);
  }
}
