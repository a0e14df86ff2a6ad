package dev.ooh.metering.prometheus;

import dev.ooh.metering.CollectionMeters;
import dev.ooh.metering.TrackingMeters;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;

/**
 * {@code http://127.0.0.1:PORT/metrics}: the meters of tracking, of collectors, of this JVM and of
 * its process, in the formats that scrapers ask for, on the loopback interface only, until closed.
 * Several are served at once.
 */
public final class PrometheusEndpoint implements AutoCloseable {
  private static final String PATH = "/metrics";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final TrackingMeters meters;
  private final CollectionMeters heaps;
  private final HTTPServer server;

  /**
   * Starts serving.
   *
   * @param port 0 lets the system choose
   * @throws IOException if the port can't be had
   */
  public PrometheusEndpoint(TrackingMeters meters, CollectionMeters heaps, int port)
      throws IOException {
    this.meters = meters;
    this.heaps = heaps;
    PrometheusRegistry served = new PrometheusRegistry();
    served.register((MultiCollector) this::collect);
    server =
        HTTPServer.builder()
            .inetAddress(InetAddress.getLoopbackAddress())
            .port(port)
            .registry(served)
            .buildAndStart();
    meters.bindTo(registry);
    heaps.bindTo(registry);
    for (MeterBinder binder :
        List.of(
            new ClassLoaderMetrics(),
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics(),
            collections)) {
      binder.bindTo(registry);
    }
  }

  private MetricSnapshots collect() {
    meters.refresh();
    return registry.getPrometheusRegistry().scrape();
  }

  public int port() {
    return server.getPort();
  }

  /** Where the meters are. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port() + PATH);
  }

  @Override
  public void close() {
    server.close();
    meters.unbind(registry);
    heaps.unbind(registry);
    collections.close();
    registry.close();
  }
}
