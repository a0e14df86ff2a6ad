package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OohProcessTest {
  /** Said when the bundles are started and the command is about to be. */
  private static final Predicate<String> SERVING = line -> line.contains("serving http");

  /** Served once there was a cycle. */
  private static final List<String> COLLECTING =
      List.of("ooh_gc_cycles_total{", "ooh_gc_live_data_size_bytes{");

  @TempDir private Path folder;
  private OohProcess ooh;

  @BeforeEach
  void setUp() {
    ooh = new OohProcess(folder);
  }

  @Test
  void helpNamesTheCommands() throws Exception {
    OohProcess.Result result = ooh.run("--help");
    assertThat(result.status()).isZero();
    assertThat(String.join("\n", result.out()))
        .contains("demo", "micro", "techniques", "gc", "checkpoint", "restore", "shell");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void aRunLeavesNothingBehindAndWarnsOfNothing() throws Exception {
    OohProcess.Result result = ooh.run("techniques");
    assertThat(result.status()).isZero();
    assertThat(String.join("\n", result.out())).contains("epml", "spml", "procfs", "uffd");
    assertThat(result.err()).isEmpty();
    assertThat(ooh.temporary()).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "micro --technique nonsense",
        "micro --substrate nonsense",
        "micro --sizes nonsense",
        "micro --nonsense",
        "techniques --metrics-port nonsense",
        "techniques --plugins"
      })
  void wrongUsageIsOneLineAndStatusTwo(String line) throws Exception {
    OohProcess.Result result = ooh.run(line.split(" "));
    assertThat(result.err()).hasSize(1);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void aJarThatIsNoBundleIsOneLineAndTheCommandRuns() throws Exception {
    Path jar =
        Files.writeString(
            Files.createDirectories(folder.resolve("user-plugins")).resolve("broken.jar"), "no");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    OohProcess.Result result = ooh.run("techniques");
    assertThat(result.status()).isZero();
    assertThat(result.err()).singleElement().asString().contains("broken.jar", "not a bundle");
  }

  @Test
  void theCollectorsMetersAreServedWhileItRuns() throws Exception {
    Process process =
        ooh.start("gc", "--configuration", "large", "--metrics-port", "0", "--verbose");
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (process.isAlive() && ooh.lines("err").stream().noneMatch(SERVING)) {
        Thread.onSpinWait();
      }
      String line = ooh.lines("err").stream().filter(SERVING).findFirst().orElseThrow();
      URI uri = URI.create(line.substring(line.indexOf("http")));
      String body = "";
      while (process.isAlive() && !COLLECTING.stream().allMatch(body::contains)) {
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      }
      assertThat(body).contains(COLLECTING);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  @Test
  void aProcessThatIsToldToEndLeavesNothingBehind() throws Exception {
    Process process = ooh.start("micro", "--sizes", "1000", "--metrics-port", "0", "--verbose");
    while (process.isAlive() && ooh.lines("err").stream().noneMatch(SERVING)) {
      Thread.onSpinWait();
    }
    process.destroy();
    process.waitFor();
    assertThat(process.exitValue()).isNotZero();
    assertThat(ooh.temporary()).isEmptyDirectory();
  }
}
