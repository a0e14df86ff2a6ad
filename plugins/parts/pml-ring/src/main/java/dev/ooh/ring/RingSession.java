package dev.ooh.ring;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.tracking.ArmedSession;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** Collects from a ring and re-arms, as one step of the machine. */
public abstract class RingSession extends ArmedSession {
  /** How many entries a ring has. */
  public static final Setting<Long> RING_ENTRIES =
      Setting.wholeNumber(
          "ring-entries",
          0,
          RingBuffer.MAX_CAPACITY,
          0,
          "Entries of the ring buffer; 0: as many as the tracked pages can take.");

  private final MachineExtensions machine;
  private final LoadedParts parts;
  private final RingLibrary library;

  /** 0: as many entries as it takes. */
  private final long fixedEntries;

  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /**
   * @param parts what is loaded, {@code library} included; closed with the session
   * @param fixedEntries how many entries the ring has; 0 for as many as it takes
   */
  protected RingSession(
      MachineExtensions machine, LoadedParts parts, RingLibrary library, long fixedEntries) {
    super(parts.technique());
    this.machine = machine;
    this.parts = parts;
    this.library = library;
    this.fixedEntries = fixedEntries;
  }

  /** Says what was lost when {@code count} entries of a ring of {@code capacity} were dropped. */
  protected abstract String loss(long count, long capacity);

  /** One step of the machine: no guest thread writes between the collecting and the arming. */
  @Override
  public final Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    FutureTask<Gathered> step =
        new FutureTask<>(
            () -> {
              Gathered gathered = super.fetch(scan, arm);
              if (library.capacity() > 0) {
                library.resume();
              }
              return gathered;
            });
    try {
      machine.atomically(step);
      return step.get();
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (IllegalStateException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      throw new AssertionError("the step is done", e);
    }
  }

  private TrackingException failure(Throwable cause) {
    if (cause instanceof TrackingException known) {
      return known;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new TrackingException(parts.technique() + ": " + cause.getMessage(), cause);
  }

  @Override
  protected final Gathered collect(PageSet scan, PageSet arm) {
    if (library.capacity() == 0) {
      if (arm.isEmpty()) {
        return Gathered.of(PageSet.empty());
      }
      library.init(entriesFor(arm));
    }
    RingLibrary.Collected collected = library.collect();
    entries.addAndGet(collected.entries());
    dropped.addAndGet(collected.dropped());
    return collected.dropped() == 0
        ? Gathered.of(collected.pages())
        : Gathered.lost(collected.pages(), loss(collected.dropped(), library.capacity()));
  }

  @Override
  protected final List<String> arm(PageSet fresh) {
    long room = entriesFor(armed());
    if (room > library.capacity()) {
      library.resize(room);
    }
    library.arm(fresh);
    return List.of();
  }

  private long entriesFor(PageSet pages) {
    return fixedEntries > 0 ? fixedEntries : library.entriesFor(pages);
  }

  @Override
  protected final void forget(PageSet unmapped) {
    library.forget(unmapped);
  }

  @Override
  protected final Map<String, Long> counts() {
    Map<String, Long> counts =
        new TreeMap<>(Map.of("ring.entries", entries.get(), "ring.dropped", dropped.get()));
    counts.putAll(ownCounts());
    return counts;
  }

  /** What this technique counts besides. Any thread. */
  protected Map<String, Long> ownCounts() {
    return Map.of();
  }

  @Override
  protected final void release() {
    parts.close();
  }
}
