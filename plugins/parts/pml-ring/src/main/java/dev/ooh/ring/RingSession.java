package dev.ooh.ring;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Collects from a ring and re-arms, as one step of the machine. */
public abstract class RingSession implements TrackingSession {
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

  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private PageSet armed = PageSet.empty();
  private boolean closed;

  /**
   * @param parts what is loaded, {@code library} included; closed with the session
   * @param fixedEntries how many entries the ring has; 0 for as many as it takes
   */
  protected RingSession(
      MachineExtensions machine, LoadedParts parts, RingLibrary library, long fixedEntries) {
    this.machine = machine;
    this.parts = parts;
    this.library = library;
    this.fixedEntries = fixedEntries;
  }

  /** Says what was lost when {@code count} entries of a ring of {@code capacity} were dropped. */
  protected abstract String loss(long count, long capacity);

  @Override
  public final Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException(
          "the " + parts.technique() + " session is closed, wanted an open one");
    }
    try {
      @Nullable Gathered[] result = new Gathered[1];
      machine.atomically(() -> result[0] = collectAndArm(arm));
      Gathered gathered = result[0];
      return gathered == null ? Gathered.of(PageSet.empty()) : gathered;
    } catch (IllegalStateException e) {
      throw new TrackingException(parts.technique() + ": " + e.getMessage(), e);
    }
  }

  private Gathered collectAndArm(PageSet arm) {
    fetches.incrementAndGet();
    if (library.capacity() == 0) {
      if (arm.isEmpty()) {
        return Gathered.of(PageSet.empty());
      }
      library.init(entriesFor(arm));
    }
    RingLibrary.Collected collected = library.collect();
    PageSet written = collected.pages().intersect(armed);
    Optional<String> lost = lost(collected.dropped());
    // After a loss nobody knows what is still armed.
    PageSet intact = lost.isPresent() ? PageSet.empty() : armed.minus(written);
    PageSet wanted = lost.isPresent() ? armed.union(arm) : arm;
    armed = intact.union(wanted);
    long room = entriesFor(armed);
    if (room > library.capacity()) {
      library.resize(room);
    }
    library.arm(wanted.minus(intact));
    library.resume();
    entries.addAndGet(collected.entries());
    reported.addAndGet(written.pageCount());
    return new Gathered(written, lost);
  }

  private Optional<String> lost(long count) {
    dropped.addAndGet(count);
    return count == 0 ? Optional.empty() : Optional.of(loss(count, library.capacity()));
  }

  private long entriesFor(PageSet pages) {
    return fixedEntries > 0 ? fixedEntries : library.entriesFor(pages);
  }

  @Override
  public final void unmapped(PageSet pages) {
    library.forget(pages);
    armed = armed.minus(pages);
  }

  @Override
  public final boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public final TechniqueStatistics statistics() {
    Map<String, Long> counts =
        new TreeMap<>(
            Map.of(
                "session.fetches", fetches.get(),
                "session.pages", reported.get(),
                "ring.entries", entries.get(),
                "ring.dropped", dropped.get()));
    counts.putAll(ownStatistics());
    return TechniqueStatistics.of(counts);
  }

  /** What this technique counts besides. Any thread. */
  protected Map<String, Long> ownStatistics() {
    return Map.of();
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      parts.close();
    }
  }
}
