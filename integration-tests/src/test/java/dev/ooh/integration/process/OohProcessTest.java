package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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
      })
  void wrongUsageIsOneLineAndStatusTwo(String line) throws Exception {
    OohProcess.Result result = ooh.run(line.split(" "));
    assertThat(result.err()).hasSize(1);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
  }

  /** Each is a process of its own, which takes its time. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "micro --substrate nonsense",
        "micro --sizes nonsense",
        "micro --nonsense",
        "techniques --metrics-port nonsense",
        "techniques --plugins"
      })
  @Tag("soak")
  void moreWrongUsageIsOneLineAndStatusTwo(String line) throws Exception {
    wrongUsageIsOneLineAndStatusTwo(line);
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
    Process process = ooh.start("gc", "--configuration", "large", "--metrics-port", "0");
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (process.isAlive() && ooh.lines("err").stream().noneMatch(SERVING)) {
        waitALittle();
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
    Path images = folder.resolve("images");
    Process process =
        ooh.start("checkpoint", "--configuration", "large", "--directory", images.toString());
    while (process.isAlive() && !Files.exists(images.resolve(".lock"))) {
      waitALittle();
    }
    process.destroy();
    assertThat(process.waitFor()).isNotZero();
    assertThat(ooh.temporary()).isEmptyDirectory();
    assertThat(images).doesNotExist();
    assertThat(ooh.lines("err")).isEmpty();
  }

  /** As Ctrl-C does, but to the monitor too. */
  @Test
  void aSignalToItAndItsMonitorLeavesNothingBehind() throws Exception {
    Process process =
        ooh.startBy(
            List.of("setsid"), // which leads a group of its own, as from an interactive shell
            "gc",
            "--configuration",
            "large",
            "--substrate",
            "linux",
            "--technique",
            "uffd",
            "--set",
            "uffd.mode=synchronous");
    while (process.isAlive() && process.children().findAny().isEmpty()) {
      waitALittle();
    }
    List<ProcessHandle> monitors = process.children().toList();
    assumeFalse(monitors.isEmpty(), () -> "no monitor: " + folder.resolve("err"));
    monitors.forEach(ProcessHandle::destroy);
    run("kill", "-TERM", "--", "-" + process.pid());
    process.waitFor();
    monitors.forEach(monitor -> monitor.onExit().join());
    assertThat(ooh.temporary()).isEmptyDirectory();
  }

  /** So that what is waited for has the processor. */
  private static void waitALittle() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec \"$@\" >/dev/full",
        // A pipe, of which the only end to read from is closed.
        "mkfifo pipe; exec 3<>pipe 4>pipe 3>&-; exec \"$@\" >&4 4>&-"
      })
  void outputThatCantBeWrittenIsOneLineAndStatusOne(String script) throws Exception {
    OohProcess.Result result = ooh.runBy(List.of("sh", "-c", script, "sh"), "techniques");
    assertThat(result.err())
        .singleElement()
        .asString()
        .isEqualTo("ooh: the output could not be written: its disk is full, or nobody reads it");
    assertThat(result.status()).isEqualTo(1);
  }
}
