package dev.ooh.metering.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.metering.TrackingMeters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsPortTest {
  private final TrackingMeters meters = new TrackingMeters();
  private final MetricsPort option = new MetricsPort(meters);

  @Test
  void servesTheMetersUntilClosed() throws Exception {
    URI uri;
    try (PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, 0);
        HttpClient client = HttpClient.newHttpClient()) {
      uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics");
      HttpResponse<String> answer = get(client, uri);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
      assertThat(answer.body()).contains("# TYPE ooh_spaces gauge", "ooh_spaces 0");
      assertThat(get(client, uri.resolve("/")).statusCode()).isEqualTo(404);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> get(client, uri)).isInstanceOf(IOException.class);
    }
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
