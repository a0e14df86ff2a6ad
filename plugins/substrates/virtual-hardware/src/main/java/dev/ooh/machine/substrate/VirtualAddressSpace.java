package dev.ooh.machine.substrate;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.SharedObject;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.support.BasicAddressSpace;
import dev.ooh.memory.support.RegionPlacement;
import dev.ooh.memory.support.Regions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.LiveMigration;
import dev.ooh.tracking.facility.OutsideWrites;
import dev.ooh.tracking.facility.ProcessFates;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.VirtualHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A process of a virtual machine. Its state is changed on the machine's CPU only, and read by
 * anybody.
 */
final class VirtualAddressSpace extends BasicAddressSpace {
  private static final long ALIGNMENT = 2L << 20;

  /** Regions begin low, so that the flat table of translations stays small. */
  private static final RegionPlacement PLACEMENT =
      new RegionPlacement(ALIGNMENT, 256L << 20, 1L << 36, ALIGNMENT);

  private final Machine machine;
  private final GuestKernel kernel;
  private final UserProcess process;
  private final VirtualHost host;
  private final OptionalInt trackerUser;
  private final TechniqueProcess tracker;
  private final VirtualMemory memory;
  private final VirtualExecution execution;
  private final Map<Class<?>, Object> facilities = new HashMap<>();
  private volatile Regions regions;
  private volatile PageSet alwaysDirty = PageSet.empty();
  private volatile boolean open = true;

  private VirtualAddressSpace(
      Machine machine,
      UserProcess process,
      SpaceOptions options,
      OptionalInt trackerUser,
      Regions regions,
      VirtualHost host) {
    super("virtual", options);
    this.machine = machine;
    this.kernel = machine.kernel();
    this.process = process;
    this.regions = regions;
    this.host = host;
    this.memory = new VirtualMemory(kernel, process);
    this.execution = new VirtualExecution(machine, process);
    this.trackerUser = trackerUser;
    this.tracker =
        trackerUser.isPresent()
            ? TechniqueProcess.own(kernel, process, trackerUser.getAsInt())
            : TechniqueProcess.tracked(kernel, process);
    facilities.put(
        SimulatedCosts.class,
        tracker.isOwn() ? new TrackerCosts(machine.costs(), kernel, tracker) : machine.costs());
    facilities.put(SoftDirtyPagemap.class, new VirtualPagemap(kernel, process, tracker));
    facilities.put(Userfaultfd.class, new VirtualUserfaultfd(kernel, process, tracker));
    facilities.put(OutsideWrites.class, new VirtualOutsideWrites(kernel, process));
    facilities.put(MachineExtensions.class, new VirtualExtensions(machine, process, tracker));
    facilities.put(ProcessFates.class, new Fates());
    facilities.put(Fork.class, (Fork) this::fork);
    facilities.put(VirtualHost.class, host);
    facilities.put(
        LiveMigration.class,
        new VirtualLiveMigration(machine, process, () -> this.regions.pages()));
    machine.opened();
  }

  /**
   * @param trackerUser whose the tracker is, if it is a process of its own
   */
  static VirtualAddressSpace open(
      Machine machine, SpaceOptions options, OptionalInt trackerUser, VirtualHost host) {
    UserProcess process = machine.kernel().createProcess(options.name());
    return new VirtualAddressSpace(
        machine, process, options, trackerUser, Regions.none(PLACEMENT), host);
  }

  private AddressSpace fork(String childName) {
    return kernel
        .entry()
        .step(
            process,
            () -> {
              checkOpen();
              UserProcess child = kernel.fork(process, childName);
              try {
                SpaceOptions childOptions = new SpaceOptions(childName, options().settings());
                VirtualAddressSpace space =
                    new VirtualAddressSpace(
                        machine, child, childOptions, trackerUser, regions, host);
                space.alwaysDirty = alwaysDirty;
                return space;
              } catch (RuntimeException e) {
                kernel.exit(child); // which nobody could close
                throw e;
              }
            });
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    return kernel
        .entry()
        .step(
            process,
            () -> {
              checkOpen();
              Region region = regions.place(request);
              kernel
                  .mappings()
                  .map(process, region.name(), region.start(), region.bytes(), object(request));
              if (request.hugePages() && request.kind() == RegionRequest.Kind.ANONYMOUS) {
                kernel.mappings().adviseHugePages(process, region.start(), region.end());
              }
              regions = regions.plus(region);
              tellMapped(region);
              return region;
            });
  }

  private @Nullable SharedObject object(RegionRequest request) {
    return switch (request.kind()) {
      case ANONYMOUS -> null;
      case MEMFD -> new SharedObject(SharedObject.Contents.ZERO);
      case FILE -> machine.file(request.file().orElseThrow());
    };
  }

  @Override
  public void unmap(Region region) {
    kernel
        .entry()
        .step(
            process,
            () -> {
              checkOpen();
              regions.check(region);
              try {
                kernel.mappings().unmap(process, region.start(), region.end());
              } finally { // a file that can't be written back is unmapped, too
                regions = regions.minus(region);
                alwaysDirty = alwaysDirty.minus(region.pages());
                tellUnmapped(region.pages());
              }
            });
  }

  @Override
  public List<Region> regions() {
    return regions.list();
  }

  @Override
  public void discard(PageSet pages) {
    kernel
        .entry()
        .step(
            process,
            () -> {
              checkOpen();
              if (!regions.pages().containsAll(pages)) {
                PageSet missing = pages.minus(regions.pages());
                throw new MemoryAccessException(
                    missing.runStart(0),
                    "discard " + pages + ": wanted mapped pages, not " + missing);
              }
              try {
                pages.forEachRun((start, end) -> kernel.mappings().discard(process, start, end));
              } finally { // what came before a page that can't be zeroed is dropped
                tellChanged(pages);
              }
            });
  }

  @Override
  public void declareAlwaysDirty(PageSet pages) {
    kernel
        .entry()
        .step(
            process,
            () -> {
              checkOpen();
              alwaysDirty = alwaysDirty.union(pages.intersect(regions.pages()));
            });
  }

  @Override
  public PageSet alwaysDirty() {
    return alwaysDirty;
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    return Optional.ofNullable(type.cast(facilities.get(type)));
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    if (!open || machine.isStopped()) {
      return;
    }
    boolean mine =
        kernel
            .entry()
            .step(
                process.isAlive() ? process : kernel.idle(),
                () -> {
                  boolean first = open;
                  open = false;
                  return first;
                });
    if (mine) {
      try {
        tellClosing();
      } finally {
        try {
          tracker.close();
        } finally {
          try {
            machine.closed(process);
          } finally {
            regions = Regions.none(PLACEMENT);
          }
        }
      }
    }
  }

  private final class Fates implements ProcessFates {
    @Override
    public void killTracker() throws FacilityException {
      if (!tracker.isOwn()) {
        throw new FacilityException(
            "the tracker of %s is that process itself, wanted one of its own".formatted(process));
      }
      tracker.kill();
    }

    @Override
    public void killTracked() {
      kernel.exit(process);
    }

    @Override
    public void execTracked() {
      kernel
          .entry()
          .step(
              process,
              () -> {
                checkOpen();
                PageSet gone = regions.pages();
                try {
                  kernel.exec(process);
                } finally {
                  regions = Regions.none(PLACEMENT);
                  alwaysDirty = PageSet.empty();
                  tellUnmapped(gone);
                }
              });
    }
  }
}
