package dev.ooh.integration.probe.checkpoint;

import dev.ooh.criu.CheckpointPlan;
import dev.ooh.criu.CheckpointedRun;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * Pre-dumps and dumps each in-memory engine on each substrate that works here, abandons it, and
 * lets what is restored, where it was or elsewhere, go on to its end in three threads; with each
 * engine the next of the techniques that are usable. Part of the checkpointer's bundle, whose
 * packages are its own. Answers with "engine substrate technique" and the result, the one that a
 * computation without tracked memory comes to, and how many pages the dump, which nothing was
 * written before, left to its parents.
 */
public final class CheckpointProbe implements Callable<Map<String, List<Long>>> {
  private static final List<Application> ENGINES = ShortEngines.of(30_000);
  private static final Parameters PARAMETERS = ShortEngines.PARAMETERS;

  private final Map<String, List<Long>> results = new TreeMap<>();

  @Override
  public Map<String, List<Long>> call() throws Exception {
    List<String> wanted = List.of(System.getProperty("ooh.probe.engines").split(","));
    BundleContext context = FrameworkUtil.getBundle(CheckpointProbe.class).getBundleContext();
    TrackingControl control =
        context.getService(context.getServiceReference(TrackingControl.class));
    for (ServiceReference<Substrate> found : context.getServiceReferences(Substrate.class, null)) {
      Substrate substrate = context.getService(found);
      if (substrate.refusal().isEmpty()) {
        List<String> techniques = usable(control, substrate);
        if (substrate.name().equals("virtual") && wanted.size() == ENGINES.size()) {
          String technique = techniques.getFirst();
          results.put(
              "twice",
              List.of(
                  figures(substrate, control, technique, directory(context, "once", substrate)),
                  figures(substrate, control, technique, directory(context, "again", substrate))));
        }
        for (int i = 0; i < ENGINES.size(); i++) {
          Application engine = ENGINES.get(i);
          if (wanted.contains(engine.name())) {
            String technique = techniques.get(i % techniques.size());
            run(
                engine,
                substrate,
                control,
                technique,
                directory(context, engine.name(), substrate));
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

  /** As a command finds it: a provider of file systems is a service. */
  private static Path directory(BundleContext context, String name, Substrate substrate)
      throws Exception {
    URI uri =
        URI.create(
            "%s/%s/%s".formatted(System.getProperty("ooh.probe.place"), substrate.name(), name));
    if (uri.getScheme().equals("file")) {
      return Files.createDirectories(Path.of(uri));
    }
    for (ServiceReference<FileSystemProvider> found :
        context.getServiceReferences(FileSystemProvider.class, null)) {
      FileSystemProvider provider = context.getService(found);
      if (provider.getScheme().equals(uri.getScheme())) {
        return provider.getPath(uri);
      }
    }
    throw new IOException("found no provider for " + uri + ", wanted one as a service");
  }

  private void run(
      Application engine,
      Substrate substrate,
      TrackingControl control,
      String technique,
      Path directory)
      throws Exception {
    long skipped;
    try (AddressSpace space = substrate.open(SpaceOptions.named(engine.name()))) {
      control.use(space, technique);
      skipped = space.execution().run(() -> dump(engine, space, directory));
    }
    try (AddressSpace space = substrate.open(SpaceOptions.named("restored"))) {
      boolean elsewhere = results.size() % 2 == 0;
      long result = space.execution().run(() -> goOn(directory, space, elsewhere));
      results.put(
          "%s %s %s".formatted(engine.name(), substrate.name(), technique),
          List.of(result, engine.independentResult(PARAMETERS).orElseThrow(), skipped));
    }
  }

  /** What dumps of several threads cost, simulated, in one number. */
  private static Long figures(
      Substrate substrate, TrackingControl control, String technique, Path directory)
      throws Exception {
    Application engine = ENGINES.getFirst();
    try (AddressSpace space = substrate.open(SpaceOptions.named("figures"));
        ImageStore store = ImageStore.open(directory)) {
      control.use(space, technique);
      return space
          .execution()
          .run(
              () -> {
                ArenaHeap heap = start(engine, space);
                try (Checkpointer checkpointer = checkpointer(engine, space, heap, store)) {
                  CheckpointedRun.Outcome outcome =
                      new CheckpointedRun(
                              space, engine, heap, new CheckpointPlan(2, 0.7), done -> {})
                          .run(checkpointer, new CheckpointedRun.Listener() {});
                  return (long)
                      Objects.hash(
                          outcome.preDumps().getLast().complete(),
                          outcome.dump().complete(),
                          outcome.dump().pagesWritten(),
                          outcome.totalMillis(),
                          outcome.result());
                }
              });
    }
  }

  private static ArenaHeap start(Application engine, AddressSpace space) {
    long bytes = engine.allocatedBytes(PARAMETERS) + ShortEngines.ARENA_BYTES;
    Region region = space.map(RegionRequest.anonymous("heap", bytes));
    ArenaHeap heap = ArenaHeap.create(space, region, PARAMETERS.threads());
    engine.start(heap, PARAMETERS);
    return heap;
  }

  private static Checkpointer checkpointer(
      Application engine, AddressSpace space, ArenaHeap heap, ImageStore store) {
    return new Checkpointer(
        space,
        new Subject(engine.name(), "short", 1, heap),
        store,
        new Checkpointer.Options(true, true, 0, new Checkpointer.Observer() {}));
  }

  private static Long dump(Application engine, AddressSpace space, Path directory)
      throws Exception {
    ArenaHeap heap = start(engine, space);
    try (ImageStore store = ImageStore.open(directory);
        Checkpointer checkpointer = checkpointer(engine, space, heap, store)) {
      runTo(engine, heap, 0.3);
      checkpointer.preDump();
      runTo(engine, heap, 0.6);
      checkpointer.preDump();
      long skipped = checkpointer.dump(Checkpointer.Then.END).pagesSkippedParent();
      runTo(engine, heap, 0.9); // of which the images know nothing
      return skipped;
    }
  }

  private static void runTo(Application engine, ArenaHeap heap, double progress) {
    while (engine.progress(heap) < progress) {
      engine.step(heap);
      heap.execution().poll();
    }
  }

  /** As {@code ooh restore} does: the images name the program, and hold all that it knows. */
  private static Long goOn(Path directory, AddressSpace space, boolean elsewhere) throws Exception {
    ImageSet set = ImageSet.open(directory);
    long was = set.description().heapAddress();
    if (elsewhere) {
      space.map(RegionRequest.anonymous("taken", PageSet.PAGE_SIZE).at(was));
    }
    ArenaHeap heap = RestoredProgram.restore(set, space).heap();
    if (elsewhere == (heap.start() == was)) {
      throw new IOException(
          "restored at 0x%x, was at 0x%x, wanted %s place"
              .formatted(heap.start(), was, elsewhere ? "another" : "the same"));
    }
    Application engine = Applications.find(set.description().application()).orElseThrow();
    double progress = engine.progress(heap);
    if (progress < 0.6 || progress >= 0.8) {
      throw new IOException("restored at %s, wanted 0.6 and a step".formatted(progress));
    }
    new CheckpointedRun(space, engine, heap, new CheckpointPlan(0, 1), done -> {}).runAlone();
    return engine.result(heap);
  }
}
