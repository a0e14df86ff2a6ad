package dev.ooh.conformance.storm;

import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.core.TrackingCore;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Storms over real memory for a number of seconds with every technique of the class path that works
 * there: {@code StormMain SECONDS [SEED]}. Ends with 1 and the seed when a page was lost or a
 * thread hung.
 */
public final class StormMain {
  private static final long GRACE_SECONDS = 120;

  private StormMain() {}

  public static void main(String[] arguments) throws Exception {
    long seconds = Long.parseLong(arguments[0]);
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    CompletableFuture<StormReport> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("storm")
        .start(
            () -> {
              try {
                end.complete(storm(Duration.ofSeconds(seconds), seed));
              } catch (Throwable e) {
                end.completeExceptionally(e);
              }
            });
    try {
      System.out.println(end.get(seconds + GRACE_SECONDS, TimeUnit.SECONDS));
      System.exit(0);
    } catch (TimeoutException e) {
      System.err.println("seed " + seed + ": the storm hangs");
      Thread.getAllStackTraces()
          .forEach((thread, stack) -> System.err.println(thread + " " + List.of(stack)));
      Runtime.getRuntime().halt(1);
    }
  }

  private static StormReport storm(Duration duration, long seed) throws Exception {
    Substrate linux =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(substrate -> substrate.name().equals("linux"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no substrate linux on the class path"));
    try (TrackingCore core = TrackingCore.load()) {
      List<String> techniques;
      try (var space = linux.open(dev.ooh.memory.SpaceOptions.named("probe"))) {
        techniques =
            core.list(space).stream()
                .filter(status -> status.probe().usable())
                .map((TechniqueStatus status) -> status.descriptor().name())
                .toList();
      }
      try (MemoryStorm storm = new MemoryStorm(linux, core, techniques, seed)) {
        return storm.run(duration);
      }
    }
  }
}
