package dev.ooh.tracking.core;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.internal.TrackedSpaces;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The core: keeps intervals, and for each address space the technique that gathers. As an OSGi
 * service it takes techniques as they come and go; on a plain class path {@link #load} finds them
 * and {@link #add} and {@link #remove} do the same by hand.
 *
 * <pre>{@code
 * try (TrackingCore core = TrackingCore.load()) {
 *   core.use(space, "uffd");
 *   try (Interval interval = core.fetch(space, consumer, heap, heap)) { … }
 * }
 * }</pre>
 *
 * <p>All methods may be called by any thread, guest threads of a simulated machine included: who
 * has to wait here lets its machine run on.
 */
public class TrackingCore implements TrackingControl, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TrackingCore.class.getName());

  /** More are no plugins: a class path that can't be read is the same fault at each look. */
  private static final int MOST_FAULTS = 100;

  private final TrackedSpaces spaces;

  /** A core that knows no technique but all-dirty yet, with the default limits. */
  public TrackingCore() {
    this(Limits.defaults());
  }

  public TrackingCore(Limits limits) {
    this.spaces = new TrackedSpaces(limits);
  }

  /** A core with these techniques, and all-dirty. */
  public static TrackingCore create(List<? extends TrackingTechnique> techniques) {
    TrackingCore core = new TrackingCore();
    techniques.forEach(core::add);
    return core;
  }

  /** A core with every technique that {@link ServiceLoader} finds for the calling thread. */
  public static TrackingCore load() {
    return load(Thread.currentThread().getContextClassLoader());
  }

  /**
   * A core with every technique that {@link ServiceLoader} finds by {@code loader}. One that can't
   * be loaded, or can't say what it is, is logged and left out.
   */
  public static TrackingCore load(ClassLoader loader) {
    TrackingCore core = new TrackingCore();
    Iterator<TrackingTechnique> found =
        ServiceLoader.load(TrackingTechnique.class, loader).iterator();
    int faults = 0;
    while (faults < MOST_FAULTS) {
      try {
        if (!found.hasNext()) {
          break;
        }
        core.add(found.next());
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        // One broken plugin must not take the others with it.
        faults++;
        LOG.log(System.Logger.Level.WARNING, "technique left out: " + e);
      }
    }
    return core;
  }

  /**
   * A technique comes. Where it is wanted, or only all-dirty was left, the next fetch switches to
   * it.
   */
  public void add(TrackingTechnique technique) {
    spaces.add(technique);
  }

  /**
   * A technique goes. Waits for its running fetches, with a limit; where it was active another one
   * takes over without losing a page.
   */
  public void remove(TrackingTechnique technique) {
    spaces.remove(technique);
  }

  /** An observer comes. */
  public void addObserver(TrackingObserver observer) {
    spaces.add(observer);
  }

  /** An observer goes. */
  public void removeObserver(TrackingObserver observer) {
    spaces.remove(observer);
  }

  @Override
  public Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    return spaces.fetch(space, consumer, scan, arm);
  }

  @Override
  public List<TechniqueStatus> list(AddressSpace space) {
    return spaces.list(space);
  }

  @Override
  public List<TechniqueDescriptor> techniques() {
    return spaces.techniques();
  }

  /**
   * The techniques' settings, by name, for address spaces whose own options say nothing of them, in
   * place of those of the last call. Sessions that are open keep theirs. One that no technique
   * declares when a space is first tracked is logged, with the nearest that one does. As an OSGi
   * component the core takes them from the configuration {@code dev.ooh.tracking}.
   */
  public void settings(Map<String, String> settings) {
    spaces.settings(settings);
  }

  @Override
  public void use(AddressSpace space, String technique) throws TrackingException {
    spaces.use(space, technique);
  }

  @Override
  public void use(String technique) throws TrackingException {
    spaces.use(technique);
  }

  @Override
  public void fallback(List<String> techniques) {
    spaces.fallback(techniques);
  }

  /**
   * Starts the technique that is wanted for {@code space}, or else the most preferred one that is
   * usable, as the first fetch would, but takes nothing else instead.
   *
   * @throws TrackingException if it, or each of them, is refused; the message says why and what
   *     would help. A later fetch reports everything then.
   */
  public void start(AddressSpace space) throws TrackingException {
    spaces.start(space);
  }

  /** The last things that happened to the tracking of {@code space}, a line each, oldest first. */
  public List<String> history(AddressSpace space) {
    return spaces.history(space);
  }

  @Override
  public List<AddressSpace> spaces() {
    return spaces.all();
  }

  @Override
  public Optional<String> active(AddressSpace space) {
    return spaces.active(space);
  }

  @Override
  public List<String> explain(AddressSpace space) {
    return spaces.explain(space);
  }

  @Override
  public void written(AddressSpace space, long pages) {
    spaces.written(space, pages);
  }

  @Override
  public TrackingStatistics statistics(AddressSpace space) {
    return spaces.statistics(space);
  }

  @Override
  public Map<String, TrackingStatistics> statisticsByTechnique(AddressSpace space) {
    return spaces.statisticsByTechnique(space);
  }

  /** Closes all sessions. Later fetches say "all"; fetched intervals can still be committed. */
  @Override
  public void close() {
    spaces.close();
  }
}
