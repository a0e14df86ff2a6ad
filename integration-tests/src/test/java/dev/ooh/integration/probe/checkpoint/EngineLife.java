package dev.ooh.integration.probe.checkpoint;

import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.DumpReport;
import dev.ooh.criu.ProgramThreads;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetFolder;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.workloads.Application;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One life of an engine on a plain class path, as a process to be killed: it is dumped on and on
 * while its threads work, and goes on from the newest set if there is one. Prints a line for each
 * of these: {@code lives from SET}, which ends in {@code beside an unfinished one} where a life
 * before it left one; {@code dumped SET}; and {@code result R wanted R} at its end.
 */
public final class EngineLife {
  private static final int REQUESTS = 120_000;
  private static final int STEPS_A_DUMP = 3;
  private static final long COPY_BYTES = 64 << 20;
  private static final long PAUSE_NANOS = 100_000;

  private final Application engine;
  private final Path directory;
  private final TrackingCore core;
  private final boolean unfinished;

  private EngineLife(Application engine, Path directory, TrackingCore core, boolean unfinished) {
    this.engine = engine;
    this.directory = directory;
    this.core = core;
    this.unfinished = unfinished;
  }

  /**
   * Lives.
   *
   * @param arguments the engine, the substrate, the technique, and the URI of the directory of its
   *     sets
   */
  public static void main(String[] arguments) throws Exception {
    Application engine =
        ShortEngines.of(REQUESTS).stream()
            .filter(found -> found.name().equals(arguments[0]))
            .findFirst()
            .orElseThrow();
    Substrate substrate =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals(arguments[1]))
            .findFirst()
            .orElseThrow();
    if (substrate.refusal().isPresent()) {
      say("refused: " + substrate.refusal().get());
      return;
    }
    Path directory = Path.of(URI.create(arguments[3]));
    boolean unfinished = hasUnfinished(directory); // which opening the store may tidy up
    try (TrackingCore core = TrackingCore.load();
        AddressSpace space = substrate.open(SpaceOptions.named(engine.name()));
        ImageStore store = ImageStore.open(directory)) {
      core.use(space, arguments[2]);
      store.tidy();
      space
          .execution()
          .run(() -> new EngineLife(engine, directory, core, unfinished).live(space, store));
    } catch (TrackingException e) {
      say("refused: " + e.getMessage());
    }
  }

  /**
   * Whether a writer died in a set: under another name, or without the manifest, which goes last.
   */
  private static boolean hasUnfinished(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        if (entry.getFileName().toString().startsWith("set-")
            && Files.notExists(entry.resolve(SetFiles.MANIFEST))) {
          return true;
        }
      }
    }
    return new SetFolder(directory).hasDrafts();
  }

  private Void live(AddressSpace space, ImageStore store) throws Exception {
    if (new SetFolder(directory).latest().isPresent()) {
      ImageSet set = ImageSet.open(directory);
      ArenaHeap heap = RestoredProgram.restore(set, space).heap();
      try (Checkpointer checkpointer = checkpointer(space, heap, store)) {
        checkpointer.restored(set);
        goOn(space, heap, checkpointer, set.path().getFileName().toString());
      }
    } else {
      long bytes = engine.allocatedBytes(ShortEngines.PARAMETERS) + ShortEngines.ARENA_BYTES;
      Region region = space.map(RegionRequest.anonymous("heap", bytes));
      ArenaHeap heap = ArenaHeap.create(space, region, ShortEngines.PARAMETERS.threads());
      engine.start(heap, ShortEngines.PARAMETERS);
      try (Checkpointer checkpointer = checkpointer(space, heap, store)) {
        goOn(space, heap, checkpointer, "nothing");
      }
    }
    return null;
  }

  private Checkpointer checkpointer(AddressSpace space, ArenaHeap heap, ImageStore store) {
    boolean simulated = space.execution().simulatedTime();
    return new Checkpointer(
        space,
        new Subject(engine.name(), "short", 1, heap),
        store,
        new Checkpointer.Options(
            true, false, simulated ? 0 : COPY_BYTES, new Checkpointer.Observer() {})) {
      @Override
      protected Interval changedPages(
          AddressSpace memory, TrackingConsumer me, PageSet scan, PageSet arm) {
        return core.fetch(memory, me, scan, arm); // nobody weaves here
      }
    };
  }

  private void goOn(AddressSpace space, ArenaHeap heap, Checkpointer checkpointer, String from)
      throws Exception {
    say("lives from " + from + (unfinished ? " beside an unfinished one" : ""));
    Steps steps = new Steps(space.execution(), engine.threads(heap));
    ProgramThreads threads = new ProgramThreads(space.execution(), engine, heap, steps);
    threads.start();
    while (steps.awaitEnough()) {
      DumpReport report = checkpointer.dump(Checkpointer.Then.GO_ON, steps::allowMore);
      say("dumped " + report.set().getFileName());
    }
    threads.join();
    say(
        "result %016x wanted %016x"
            .formatted(
                engine.result(heap),
                engine.independentResult(ShortEngines.PARAMETERS).orElseThrow()));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** Some steps of the threads to each dump, so that there are many, however long they take. */
  private static final class Steps implements ProgramThreads.Watcher {
    private final ExecutionContext execution;
    private final ContextLock lock;

    private int allowed = STEPS_A_DUMP;
    private int taken;
    private int running;

    /** Whether as many were taken as are allowed. */
    private volatile boolean enough;

    Steps(ExecutionContext execution, int threads) {
      this.execution = execution;
      lock = execution.newLock();
      running = threads;
    }

    @Override
    public void stepped(int thread, double done) {
      change(() -> taken++);
      while (enough) {
        execution.pollRestartable();
        LockSupport.parkNanos(PAUSE_NANOS); // the dump has better use for the processor
      }
    }

    @Override
    public void ended() {
      change(() -> running--);
    }

    void allowMore() {
      change(() -> allowed = taken + STEPS_A_DUMP);
    }

    private void change(Runnable what) {
      lock.lock();
      what.run();
      enough = taken >= allowed;
      lock.signalAll();
      lock.unlock();
    }

    /** Returns whether it is time for a dump; not when there will be no further step. */
    boolean awaitEnough() {
      lock.lock();
      try {
        while (!enough && running > 0) {
          lock.await();
        }
        return running > 0;
      } finally {
        lock.unlock();
      }
    }
  }
}
