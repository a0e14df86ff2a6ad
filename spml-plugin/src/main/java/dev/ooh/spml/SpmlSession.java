package dev.ooh.spml;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.spml.hypervisor.SpmlHypervisor;
import dev.ooh.spml.lib.OohLib;
import dev.ooh.spml.module.SpmlModule;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Loads SPML's parts into the machine, and collects and re-arms as one step of it. */
final class SpmlSession implements TrackingSession {
  /** Beyond one entry a tracked page: for what the kernel reports beside the processor. */
  private static final long SPARE_ENTRIES = 512;

  private final MachineExtensions machine;

  /** What was loaded, last first. */
  private final Deque<AutoCloseable> loaded;

  private final OohLib lib;

  /** 0: as many entries as it takes. */
  private final long fixedEntries;

  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong unresolved = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private PageSet armed = PageSet.empty();
  private boolean closed;

  private SpmlSession(
      MachineExtensions machine, Deque<AutoCloseable> loaded, OohLib lib, long fixedEntries) {
    this.machine = machine;
    this.loaded = loaded;
    this.lib = lib;
    this.fixedEntries = fixedEntries;
  }

  static SpmlSession open(AddressSpace space, MachineExtensions machine) throws TrackingException {
    long fixedEntries = ringEntries(space);
    Deque<AutoCloseable> loaded = new ArrayDeque<>();
    try {
      loaded.push(machine.loadHypervisorModule(SpmlHypervisor.class, SpmlHypervisor::new));
      loaded.push(machine.loadKernelModule(SpmlModule.class, SpmlModule::new));
      OohLib lib = new OohLib(machine, reverseMapReuse(space));
      loaded.push(lib);
      return new SpmlSession(machine, loaded, lib, fixedEntries);
    } catch (IllegalStateException e) {
      unload(loaded);
      throw new TrackingException("spml: " + e.getMessage(), e);
    }
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException("the spml session is closed, wanted an open one");
    }
    try {
      @Nullable Gathered[] result = new Gathered[1];
      machine.atomically(() -> result[0] = collectAndArm(arm));
      Gathered gathered = result[0];
      return gathered == null ? Gathered.of(PageSet.empty()) : gathered;
    } catch (IllegalStateException e) {
      throw new TrackingException("spml: " + e.getMessage(), e);
    }
  }

  private Gathered collectAndArm(PageSet arm) {
    fetches.incrementAndGet();
    if (lib.capacity() == 0) {
      if (arm.isEmpty()) {
        return Gathered.of(PageSet.empty());
      }
      lib.init(entriesFor(arm));
    }
    OohLib.Collected collected = lib.collect();
    PageSet written = collected.pages().intersect(armed);
    Optional<String> lost = lost(collected.dropped());
    // After a loss nobody knows what is still armed.
    PageSet intact = lost.isPresent() ? PageSet.empty() : armed.minus(written);
    PageSet wanted = lost.isPresent() ? armed.union(arm) : arm;
    armed = intact.union(wanted);
    long room = entriesFor(armed);
    if (room > lib.capacity()) {
      lib.resize(room);
    }
    lib.arm(wanted.minus(intact));
    lib.resume();
    entries.addAndGet(collected.entries());
    unresolved.addAndGet(collected.unresolved());
    reported.addAndGet(written.pageCount());
    return new Gathered(written, lost);
  }

  private Optional<String> lost(long count) {
    if (count == 0) {
      return Optional.empty();
    }
    dropped.addAndGet(count);
    return Optional.of(
        "spml's ring of %2$d entries had no room for %1$d".formatted(count, lib.capacity()));
  }

  @Override
  public void unmapped(PageSet pages) {
    armed = armed.minus(pages);
  }

  @Override
  public boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public String mode() {
    return "shadow-pml";
  }

  @Override
  public TechniqueStatistics statistics() {
    return TechniqueStatistics.of(
        Map.of(
            "session.fetches", fetches.get(),
            "session.pages", reported.get(),
            "ring.entries", entries.get(),
            "ring.unresolved", unresolved.get(),
            "ring.dropped", dropped.get()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      unload(loaded);
    }
  }

  private long entriesFor(PageSet pages) {
    return fixedEntries > 0 ? fixedEntries : pages.pageCount() + SPARE_ENTRIES;
  }

  private static long ringEntries(AddressSpace space) throws TrackingException {
    String text = space.setting("ring-entries").orElse("0");
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value <= 1L << 28) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TrackingException("ring-entries is '" + text + "', wanted 0 to " + (1L << 28));
  }

  private static boolean reverseMapReuse(AddressSpace space) throws TrackingException {
    String text = space.setting("reverse-map-reuse").orElse("false");
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new TrackingException("reverse-map-reuse is '" + text + "', wanted true or false");
    };
  }

  private static void unload(Deque<AutoCloseable> loaded) {
    IllegalStateException failure = null;
    while (!loaded.isEmpty()) {
      try {
        loaded.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("spml: unloading failed: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
