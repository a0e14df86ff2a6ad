package dev.ooh.workloads;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The applications of this bundle. For any thread. */
public final class Applications {
  private Applications() {}

  /** All of them, by name. */
  public static List<Application> all() {
    // This bundle's own loader sees its own service file, so no mediator is needed in OSGi.
    return ServiceLoader.load(Application.class, Application.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(Application::name))
        .toList();
  }

  public static Optional<Application> find(String name) {
    return all().stream().filter(application -> application.name().equals(name)).findFirst();
  }

  /** The names, for messages: {@code baby, cache}. */
  public static String names() {
    return all().stream().map(Application::name).collect(Collectors.joining(", "));
  }
}
