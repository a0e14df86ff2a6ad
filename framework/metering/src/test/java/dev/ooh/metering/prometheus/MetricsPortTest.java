package dev.ooh.metering.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.collection.CollectionCycle;
import dev.ooh.metering.CollectionMeters;
import dev.ooh.metering.Fakes;
import dev.ooh.metering.TrackingMeters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsPortTest {
  private final TrackingMeters meters = new TrackingMeters();
  private final CollectionMeters heaps = new CollectionMeters();
  private final MetricsPort option = new MetricsPort(meters, heaps);

  @Test
  void servesTheMetersUntilClosed() throws Exception {
    URI uri;
    try (PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, heaps, 0);
        HttpClient client = HttpClient.newHttpClient()) {
      uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics");
      heaps.collected(
          new Fakes().space("linux"),
          new CollectionCycle("young", "Requested", "uffd", 2_000_000, Map.of(), 8, 8, 16, 32));
      HttpResponse<String> answer = get(client, uri);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
      assertThat(answer.body())
          .contains("# TYPE ooh_spaces gauge", "ooh_spaces 0", "jvm_memory_used_bytes", "process_")
          .contains("# TYPE ooh_gc_pause_seconds histogram", "ooh_gc_cycles_total{")
          .contains("ooh_gc_live_data_size_bytes{", "ooh_gc_memory_allocated_bytes_total{");
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> get(client, uri)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void servesOpenMetricsAndGzipToWhomAsks() throws Exception {
    try (PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, heaps, 0);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics"))
              .header("Accept", "application/openmetrics-text; version=1.0.0")
              .header("Accept-Encoding", "gzip")
              .build();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text"));
      assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
      String text =
          new String(
              new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(text).contains("ooh_spaces 0").endsWith("# EOF\n");
    }
  }

  @Test
  void aClientThatSendsHalfARequestHoldsUpNobody() throws Exception {
    try (PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, heaps, 0);
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        HttpClient client = HttpClient.newHttpClient()) {
      slow.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
      URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics");
      assertThat(get(client, uri).statusCode()).isEqualTo(200);
    }
  }

  /** A monitoring system may look whether somebody is there. */
  @Test
  void whoAsksForTheHeadAloneGetsItAndNothingIsLogged() throws Exception {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry.getLoggerName() + ": " + entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try (PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, heaps, 0);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(endpoint.uri()).HEAD().build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
    } finally {
      root.removeHandler(handler);
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void servesAtThePortThatItSaysUntilClosedOrDeactivated() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<AutoCloseable> endpoints = new ArrayList<>();
      List<URI> uris = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        uris.add(uriSaidBy(() -> endpoints.add(option.apply("0"))));
        assertThat(get(client, uris.getLast()).statusCode()).isEqualTo(200);
      }
      endpoints.getFirst().close();
      assertThatThrownBy(() -> get(client, uris.getFirst())).isInstanceOf(IOException.class);
      option.deactivate();
      for (URI uri : uris) {
        assertThatThrownBy(() -> get(client, uri)).isInstanceOf(IOException.class);
      }
      // The command that asked for it ends, and closes what it was given.
      endpoints.getLast().close();
    }
  }

  private static URI uriSaidBy(Runnable action) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    String line = said.toString(StandardCharsets.UTF_8);
    assertThat(line).matches("ooh: serving http://127\\.0\\.0\\.1:\\d+/metrics\\R");
    return URI.create(line.strip().substring("ooh: serving ".length()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "-1", "65536"})
  void aWrongPortIsRefused(String value) {
    assertThatThrownBy(() -> option.apply(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 65535");
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThatThrownBy(() -> option.apply(port))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(port);
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
