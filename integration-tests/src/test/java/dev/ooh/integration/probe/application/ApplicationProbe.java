package dev.ooh.integration.probe.application;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.baby.BabyEngine;
import dev.ooh.workloads.cache.CacheEngine;
import dev.ooh.workloads.gcbench.GcBench;
import dev.ooh.workloads.phoenix.Histogram;
import dev.ooh.workloads.phoenix.KMeans;
import dev.ooh.workloads.phoenix.MatrixMultiply;
import dev.ooh.workloads.phoenix.Pca;
import dev.ooh.workloads.phoenix.StringMatch;
import dev.ooh.workloads.phoenix.WordCount;
import dev.ooh.workloads.stdhash.StdHashEngine;
import dev.ooh.workloads.stdhash.StdHashEngine.Compression;
import dev.ooh.workloads.stdtree.StdTreeEngine;
import dev.ooh.workloads.tiny.TinyEngine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * Runs each application on the collected heap, on each substrate that works here: GCBench under
 * each technique that is usable there, the others under some. Answers with "application substrate
 * technique" and what came of it: the checksum, and how many cycles there were of which were full.
 */
public final class ApplicationProbe implements Callable<Map<String, List<Long>>> {
  private static final Parameters SMALL = new Parameters(Configuration.SMALL, Optional.empty(), 1);
  private static final int REQUESTS = 8_000;
  private static final int BYTES = 50_000;
  private static final int ROWS = 50;
  private static final long MOST_HEAP = 1 << 30;

  /** Techniques of each substrate that an application other than GCBench runs under, in turns. */
  private static final int TURNS = 3;

  private static final List<Supplier<Application>> OTHERS =
      List.of(
          () -> new Histogram(BYTES),
          () -> new KMeans(ROWS),
          () -> new MatrixMultiply(ROWS),
          () -> new Pca(ROWS),
          () -> new StringMatch(BYTES),
          () -> new WordCount(BYTES),
          () -> BabyEngine.withOperations(REQUESTS),
          () -> CacheEngine.withOperations(REQUESTS, REQUESTS / 5),
          () -> StdHashEngine.withOperations(REQUESTS, 100, Compression.ZLIB),
          () -> StdTreeEngine.withOperations(REQUESTS),
          () -> TinyEngine.withOperations(REQUESTS, REQUESTS));

  private final Map<String, List<Long>> results = new TreeMap<>();

  @Override
  public Map<String, List<Long>> call() throws Exception {
    BundleContext context = FrameworkUtil.getBundle(ApplicationProbe.class).getBundleContext();
    TrackingControl control =
        context.getService(context.getServiceReference(TrackingControl.class));
    for (ServiceReference<Substrate> found : context.getServiceReferences(Substrate.class, null)) {
      Substrate substrate = context.getService(found);
      if (substrate.refusal().isEmpty()) {
        List<String> techniques = usable(control, substrate);
        for (String technique : techniques) {
          run(new GcBench(), substrate, control, technique);
        }
        for (int i = 0; i < OTHERS.size(); i++) {
          for (int turn = i; turn < i + Math.min(TURNS, techniques.size()); turn++) {
            String technique = techniques.get(turn % techniques.size());
            run(OTHERS.get(i).get(), substrate, control, technique);
          }
        }
      }
    }
    return results;
  }

  private static List<String> usable(TrackingControl control, Substrate substrate) {
    try (AddressSpace space = substrate.open(SpaceOptions.named("list"))) {
      return control.list(space).stream()
          .filter(status -> status.probe().usable())
          .map(TechniqueStatus::descriptor)
          .map(descriptor -> descriptor.name())
          .toList();
    }
  }

  private void run(
      Application application, Substrate substrate, TrackingControl control, String technique)
      throws Exception {
    try (AddressSpace space = substrate.open(SpaceOptions.named(application.name()))) {
      control.use(space, technique);
      results.put(
          "%s %s %s".formatted(application.name(), substrate.name(), technique),
          space.execution().run(() -> finish(application, space)));
    }
  }

  private static List<Long> finish(Application application, AddressSpace space) {
    HeapOptions options = HeapOptions.of(application.heapBytes(SMALL), MOST_HEAP);
    try (CollectedHeap heap = new CollectedHeap(space, options)) {
      application.start(heap, SMALL);
      while (application.step(heap)) {
        space.execution().poll();
      }
      application
          .independentResult(SMALL)
          .ifPresent(
              wanted -> {
                if (wanted != application.result(heap)) {
                  throw new IllegalStateException(
                      "%s: result is %016x, wanted %016x"
                          .formatted(application.name(), application.result(heap), wanted));
                }
              });
      long full = heap.cycles().stream().filter(CycleRecord::full).count();
      return List.of(application.result(heap), (long) heap.cycles().size(), full);
    }
  }
}
