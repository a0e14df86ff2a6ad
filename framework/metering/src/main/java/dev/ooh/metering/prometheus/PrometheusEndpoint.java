package dev.ooh.metering.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ooh.metering.TrackingMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code http://127.0.0.1:PORT/metrics}: the meters as Prometheus text, on the loopback interface
 * only, until closed.
 */
public final class PrometheusEndpoint implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PrometheusEndpoint.class.getName());
  private static final String PATH = "/metrics";

  /** Of the text that a scraper gets without asking for another format. */
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TrackingMeters meters;
  private final HttpServer server;
  private final ExecutorService threads;

  /**
   * Starts serving.
   *
   * @param port 0 lets the system choose
   * @throws IOException if the port can't be had
   */
  public PrometheusEndpoint(TrackingMeters meters, int port) throws IOException {
    this.meters = meters;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    threads =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("metrics-endpoint").factory());
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    meters.bindTo(registry);
    server.start();
    LOG.log(System.Logger.Level.INFO, "serving http://127.0.0.1:" + port() + PATH);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        send(exchange, 404, "nothing here, wanted " + PATH + "\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, "method is " + exchange.getRequestMethod() + ", wanted GET\n");
      } else {
        meters.refresh();
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        send(exchange, 200, registry.scrape());
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
    meters.unbind(registry);
    registry.close();
  }
}
