package dev.ooh.criu.command;

import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.baby.BabyEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The checkpointer's part in {@code ooh demo}: a key-value engine is pre-dumped again and again,
 * each set naming the one before as its parent, then dumped, thrown away, restored, and run to its
 * end, which must be that of a run that was left alone.
 */
@Component(service = DemoConsumer.class)
public final class CheckpointerDemo implements DemoConsumer {
  private static final long OPERATIONS = 300_000;
  private static final long QUICK_OPERATIONS = 120_000;
  private static final long ARENA_BYTES = 8 << 20;
  private static final int ORDER = 20;
  private static final int PID = 1;

  private final BundleContext context;

  @Activate
  public CheckpointerDemo(BundleContext context) {
    this.context = context;
  }

  @Override
  public String name() {
    return "checkpointer";
  }

  @Override
  public String summary() {
    return "pre-dumps an ordered key-value engine, each image set with what changed since the last;"
        + " restores it";
  }

  @Override
  public int order() {
    return ORDER;
  }

  @Override
  public void run(DemoStage stage) throws Exception {
    // Among the bundle's own files, which go with the process, also when that is told to end.
    Path directory = Files.createTempDirectory(context.getDataFile("").toPath(), "demo-");
    try {
      run(stage, directory);
    } finally {
      delete(directory);
    }
  }

  private static void run(DemoStage stage, Path directory) throws Exception {
    AddressSpace space = stage.space();
    BabyEngine engine = BabyEngine.withOperations(stage.quick() ? QUICK_OPERATIONS : OPERATIONS);
    Parameters parameters = new Parameters(Configuration.SMALL, Optional.empty(), stage.seed());
    ArenaHeap heap = start(space, engine, parameters, "heap");
    PageOracle oracle = new PageOracle(space.memory());
    Checkpointer.Observer watching =
        new Checkpointer.Observer() {
          @Override
          public void asked(PageSet scan, Interval interval) {
            stage.interval(oracle.observe(scan, interval.pages()));
          }
        };
    Subject subject = new Subject(engine.name(), "demo", PID, heap);
    try (ImageStore store = ImageStore.open(directory);
        Checkpointer checkpointer =
            new Checkpointer(
                space, subject, store, new Checkpointer.Options(true, true, 0, watching))) {
      while (stage.more()) {
        engine.step(heap);
        stage.midInterval();
        engine.step(heap);
        checkpointer.preDump();
      }
      engine.step(heap);
      checkpointer.dump(Checkpointer.Then.END);
    }
    stage.check("what a dump leaves to its parent sets is what memory holds", true);
    check(stage, engine, heap, directory, parameters);
  }

  private static void check(
      DemoStage stage, BabyEngine engine, ArenaHeap heap, Path directory, Parameters parameters)
      throws Exception {
    AddressSpace space = stage.space();
    ImageSet set = ImageSet.open(directory);
    space.unmap(heap.region());
    ArenaHeap restored = RestoredProgram.restore(set, space).heap();
    stage.check("every page of the restored program has its digest", true);
    finish(engine, restored);
    ArenaHeap alone = start(space, engine, parameters, "left alone");
    finish(engine, alone);
    stage.check(
        "the restored program ends as one that was left alone",
        engine.result(restored) == engine.result(alone));
  }

  private static ArenaHeap start(
      AddressSpace space, BabyEngine engine, Parameters parameters, String name) {
    Region region =
        space.map(RegionRequest.anonymous(name, engine.heapBytes(parameters) + ARENA_BYTES));
    ArenaHeap heap = ArenaHeap.create(space, region);
    engine.start(heap, parameters);
    return heap;
  }

  private static void finish(BabyEngine engine, ArenaHeap heap) {
    while (engine.step(heap)) {
      heap.execution().poll();
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(directory)) {
      entries = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : entries) {
      Files.delete(entry);
    }
  }
}
