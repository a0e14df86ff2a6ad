package dev.ooh.conformance.storm;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.core.TrackingCore;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Storms over real memory for a number of seconds with every technique of the class path that works
 * there: {@code StormMain SECONDS [SEED]}. Prints what it did every ten seconds and, as its last
 * line, that nothing was lost. Ends with 1 and the seed when a page was lost or a thread hung; a
 * JVM that stands still altogether can't say so, so run it under {@code timeout}.
 */
public final class StormMain {
  private static final long STEP_SECONDS = 10;
  private static final long GRACE_SECONDS = 120;

  private final long seconds;
  private final long seed;
  private final CompletableFuture<StormReport> end = new CompletableFuture<>();

  private StormMain(long seconds, long seed) {
    this.seconds = seconds;
    this.seed = seed;
  }

  public static void main(String[] arguments) {
    if (arguments.length == 0
        || !Arrays.stream(arguments).allMatch(it -> it.matches("\\d{1,18}"))) {
      System.err.println("usage: StormMain SECONDS [SEED]");
      System.exit(2);
    }
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    // Whatever hangs must not hold the process.
    Runtime.getRuntime().halt(new StormMain(Long.parseLong(arguments[0]), seed).run());
  }

  private int run() {
    String collectors =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", "));
    try (TrackingCore core = TrackingCore.load()) {
      Substrate linux = linux();
      List<String> techniques = techniques(linux, core);
      System.out.printf("%d s, seed %d, %s, under %s%n", seconds, seed, techniques, collectors);
      try (MemoryStorm storm = new MemoryStorm(linux, core, techniques, seed)) {
        start(storm);
        StormReport report = await(storm);
        System.out.printf("%d s under %s: %s; nothing lost%n", seconds, collectors, report);
        return 0;
      }
    } catch (TimeoutException e) {
      System.err.println("seed " + seed + ": the storm hangs");
      Thread.getAllStackTraces()
          .forEach((thread, stack) -> System.err.println(thread + " " + List.of(stack)));
      return 1;
    } catch (Throwable e) {
      System.err.println("seed " + seed + ": " + e);
      e.printStackTrace();
      return 1;
    }
  }

  private void start(MemoryStorm storm) {
    Thread.ofPlatform()
        .daemon()
        .name("storm")
        .start(
            () -> {
              try {
                end.complete(storm.run(Duration.ofSeconds(seconds)));
              } catch (Throwable e) {
                end.completeExceptionally(e);
              }
            });
  }

  private StormReport await(MemoryStorm storm) throws Exception {
    long from = System.nanoTime();
    while (true) {
      try {
        return end.get(STEP_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        long passed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from);
        if (passed > seconds + GRACE_SECONDS) {
          throw e;
        }
        System.out.printf("%d s: %s%n", passed, storm.report());
      }
    }
  }

  private static Substrate linux() {
    return ServiceLoader.load(Substrate.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(substrate -> substrate.name().equals("linux"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no substrate linux on the class path"));
  }

  private static List<String> techniques(Substrate linux, TrackingControl control) {
    try (AddressSpace space = linux.open(SpaceOptions.named("probe"))) {
      return control.list(space).stream()
          .filter(status -> status.probe().usable())
          .map(status -> status.descriptor().name())
          .toList();
    }
  }
}
