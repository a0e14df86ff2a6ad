package dev.ooh.metering.prometheus;

import dev.ooh.metering.CollectionMeters;
import dev.ooh.metering.TrackingMeters;
import dev.ooh.tracking.TrackingControl;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The option {@code --metrics-port PORT} of every command: serves the meters while it runs. Also
 * lets the meters watch the core, apart from them because the core itself waits for observers.
 */
@Component(
    immediate = true,
    service = Function.class,
    property = {
      "ooh.option=--metrics-port",
      "ooh.summary=serve meters as Prometheus text on this port of the loopback interface"
    })
public final class MetricsPort implements Function<String, AutoCloseable> {
  private static final System.Logger LOG = System.getLogger(MetricsPort.class.getName());

  private final TrackingMeters meters;
  private final CollectionMeters heaps;
  private final Set<PrometheusEndpoint> endpoints = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  @Activate
  public MetricsPort(@Reference TrackingMeters meters, @Reference CollectionMeters heaps) {
    this.meters = meters;
    this.heaps = heaps;
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindCore(TrackingControl core) {
    meters.watch(core);
  }

  void unbindCore(TrackingControl core) {
    meters.unwatch(core);
  }

  /**
   * Starts an endpoint, which serves until it is closed or this bundle stops. For port 0 the one
   * that the system chose is said; another one is known.
   *
   * @throws IllegalArgumentException if {@code value} is not a port number
   * @throws IllegalStateException if the port can't be had
   */
  @Override
  public AutoCloseable apply(String value) {
    int port = portOf(value);
    try {
      PrometheusEndpoint endpoint = new PrometheusEndpoint(meters, heaps, port);
      if (port == 0) {
        System.err.println("ooh: serving " + endpoint.uri());
      } else {
        LOG.log(System.Logger.Level.INFO, "serving " + endpoint.uri());
      }
      endpoints.add(endpoint);
      if (stopped) {
        close(endpoint);
        throw new IllegalStateException("the meters have stopped");
      }
      return () -> close(endpoint);
    } catch (IOException e) {
      throw new IllegalStateException(
          "port " + port + " for meters can't be used: " + e.getMessage(), e);
    }
  }

  /** Nobody counts any more, and a scraper would take what stands still for what is so. */
  @Deactivate
  void deactivate() {
    stopped = true;
    endpoints.forEach(this::close);
  }

  private void close(PrometheusEndpoint endpoint) {
    if (endpoints.remove(endpoint)) {
      endpoint.close();
    }
  }

  private static int portOf(String value) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= 0xFFFF) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, with the numbers that are no ports.
    }
    throw new IllegalArgumentException("wanted a port number from 0 to 65535");
  }
}
