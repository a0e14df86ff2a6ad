package dev.ooh.integration.probe.checkpoint;

import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.DumpReport;
import dev.ooh.criu.ProgramThreads;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.ImageSet;
import dev.ooh.image.ImageStore;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.workloads.Application;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * One life of an engine that is dumped on and on while its threads work, and goes on from the
 * newest set if there is one. Prints a line for each of these: {@code lives from SET}, {@code
 * dumped SET}, and {@code result R wanted R} at its end.
 */
public final class LifeProbe implements Callable<Void> {
  private static final int STEPS_A_DUMP = 3;
  private static final long COPY_BYTES = 64 << 20;

  private final String engine = System.getProperty("ooh.probe.engine");
  private final int requests = Integer.getInteger("ooh.probe.requests");
  private final Path directory = Path.of(System.getProperty("ooh.probe.directory"));

  @Override
  public Void call() throws Exception {
    BundleContext context = FrameworkUtil.getBundle(LifeProbe.class).getBundleContext();
    TrackingControl control =
        context.getService(context.getServiceReference(TrackingControl.class));
    for (ServiceReference<Substrate> found : context.getServiceReferences(Substrate.class, null)) {
      Substrate substrate = context.getService(found);
      if (substrate.name().equals(System.getProperty("ooh.probe.substrate"))) {
        if (substrate.refusal().isPresent()) {
          say("refused: " + substrate.refusal().get());
        } else {
          live(substrate, control);
        }
      }
    }
    return null;
  }

  private void live(Substrate substrate, TrackingControl control) throws Exception {
    List<String> techniques = ShortEngines.usable(control, substrate);
    String technique =
        techniques.get(Integer.getInteger("ooh.probe.technique") % techniques.size());
    Application application =
        ShortEngines.of(requests).stream()
            .filter(found -> found.name().equals(engine))
            .findFirst()
            .orElseThrow();
    try (AddressSpace space = substrate.open(SpaceOptions.named(engine));
        ImageStore store = ImageStore.open(directory)) {
      control.use(space, technique);
      store.tidy();
      space.execution().run(() -> live(application, space, store));
    }
  }

  private Void live(Application application, AddressSpace space, ImageStore store)
      throws Exception {
    if (Files.exists(directory.resolve("latest"))) {
      ImageSet set = ImageSet.open(directory);
      ArenaHeap heap = RestoredProgram.restore(set, space).heap();
      try (Checkpointer checkpointer = checkpointer(space, heap, store)) {
        checkpointer.restored(set);
        goOn(application, space, heap, checkpointer, set.path().getFileName().toString());
      }
    } else {
      long bytes = application.allocatedBytes(ShortEngines.PARAMETERS) + ShortEngines.ARENA_BYTES;
      Region region = space.map(RegionRequest.anonymous("heap", bytes));
      ArenaHeap heap = ArenaHeap.create(space, region, ShortEngines.PARAMETERS.threads());
      application.start(heap, ShortEngines.PARAMETERS);
      try (Checkpointer checkpointer = checkpointer(space, heap, store)) {
        goOn(application, space, heap, checkpointer, "nothing");
      }
    }
    return null;
  }

  private Checkpointer checkpointer(AddressSpace space, ArenaHeap heap, ImageStore store) {
    boolean simulated = space.execution().simulatedTime();
    return new Checkpointer(
        space,
        new Subject(engine, "short", 1, heap),
        store,
        new Checkpointer.Options(
            true, true, simulated ? 0 : COPY_BYTES, new Checkpointer.Observer() {}));
  }

  private void goOn(
      Application application,
      AddressSpace space,
      ArenaHeap heap,
      Checkpointer checkpointer,
      String from)
      throws Exception {
    say("lives from " + from);
    Steps steps = new Steps(space.execution(), application.threads(heap));
    ProgramThreads threads = new ProgramThreads(space.execution(), application, heap, steps);
    threads.start();
    while (steps.awaitMore()) {
      DumpReport report = checkpointer.dump(Checkpointer.Then.GO_ON);
      say("dumped " + report.set().getFileName());
    }
    threads.join();
    say(
        "result %016x wanted %016x"
            .formatted(
                application.result(heap),
                application.independentResult(ShortEngines.PARAMETERS).orElseThrow()));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** Lets one thread wait for the others' steps. */
  private static final class Steps implements ProgramThreads.Watcher {
    private final ContextLock lock;
    private int running;
    private int taken;

    Steps(ExecutionContext execution, int threads) {
      lock = execution.newLock();
      running = threads;
    }

    @Override
    public void stepped(int thread, double done) {
      change(0);
    }

    @Override
    public void ended() {
      change(1);
    }

    private void change(int ended) {
      lock.lock();
      taken++;
      running -= ended;
      lock.signalAll();
      lock.unlock();
    }

    /** Returns whether there were some more; not when there are to be none. */
    boolean awaitMore() {
      lock.lock();
      try {
        int wanted = taken + STEPS_A_DUMP;
        while (taken < wanted && running > 0) {
          lock.await();
        }
        return running > 0;
      } finally {
        lock.unlock();
      }
    }
  }
}
