package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.Setting;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.VirtualHost;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * A substrate with virtual machines, where beside the machine of each space another one of the same
 * host is busy: its program stores at random, and its own technique must tell of each page. The
 * host's turns are short, so that either machine is interrupted anywhere. Neither technique may
 * take anything from the other, or hear of its pages.
 */
public final class BusyHost implements Substrate {
  private static final int PAGES = 600; // more than a PML page has entries
  private static final int STORES = 40;

  /** Who forgets to close a space shall not keep a processor busy for ever. */
  private static final int MOST_ROUNDS = 20_000;

  private final Substrate substrate;
  private final Supplier<TrackingTechnique> technique;

  /** Those that have not ended: an ended thread would keep a whole machine in memory. */
  private final Set<Thread> neighbours = ConcurrentHashMap.newKeySet();

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /**
   * @param substrate whose spaces have a {@link VirtualHost}
   * @param technique of the busy machine
   */
  public BusyHost(Substrate substrate, Supplier<TrackingTechnique> technique) {
    this.substrate = substrate;
    this.technique = technique;
  }

  @Override
  public String name() {
    return substrate.name();
  }

  @Override
  public Optional<String> refusal() {
    return substrate.refusal();
  }

  @Override
  public List<Setting<?>> settings() {
    return substrate.settings();
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    AddressSpace space = substrate.open(options.with("host-quantum", "40"));
    VirtualHost host = space.facility(VirtualHost.class).orElseThrow();
    AddressSpace beside = host.open(SpaceOptions.named("neighbour"));
    Neighbour neighbour = new Neighbour(beside, technique.get());
    space.addListener(neighbour);
    TrackedThread program = beside.execution().spawn("neighbour", neighbour);
    Thread end =
        Thread.ofVirtual()
            .name("end of the neighbour")
            .unstarted(
                () -> {
                  try {
                    neighbour.end(program, failures);
                  } finally {
                    neighbours.remove(Thread.currentThread());
                  }
                });
    neighbours.add(end);
    end.start();
    return space;
  }

  /**
   * Waits until all neighbours of spaces that were closed have ended.
   *
   * @throws LawViolation if one missed a page of its own, or was told of one that it never stored
   *     to
   */
  public void check() throws InterruptedException {
    for (Thread neighbour : neighbours) {
      neighbour.join();
    }
    Throwable failure = failures.poll();
    if (failure != null) {
      throw new LawViolation("the machine beside: " + failure, failure);
    }
  }

  /** The program of the machine beside, and its tracker. */
  private static final class Neighbour implements Runnable, AddressSpace.Listener {
    private final AddressSpace space;
    private final TrackingTechnique technique;
    private final CoreByHand core = CoreByHand.real();
    private volatile boolean ending;

    Neighbour(AddressSpace space, TrackingTechnique technique) {
      this.space = space;
      this.technique = technique;
    }

    /** The machine under test goes. */
    @Override
    public void closing(AddressSpace tested) {
      ending = true;
    }

    @Override
    public void run() {
      core.add(technique);
      try {
        core.control().use(space, technique.descriptor().name());
      } catch (TrackingException e) {
        throw new LawViolation("is refused: " + e.getMessage(), e);
      }
      Region region = space.map(RegionRequest.anonymous("busy", PAGES * PageSet.PAGE_SIZE));
      TrackingConsumer consumer = space.consumer("busy");
      PageSet all = region.pages();
      core.control().fetch(space, consumer, all, all).commit();
      Random random = new Random(1);
      for (int round = 0; round < MOST_ROUNDS && !ending; round++) {
        PageSet.Builder stored = PageSet.builder();
        int stores = round % 5 == 0 ? PAGES : STORES;
        for (int i = 0; i < stores; i++) {
          long page = region.start() + random.nextInt(PAGES) * PageSet.PAGE_SIZE;
          space.memory().putLong(page, random.nextLong());
          stored.addPage(page);
          space.execution().poll();
        }
        Interval interval = core.control().fetch(space, consumer, all, all);
        PageSet wanted = stored.build();
        if (!interval.pages().equals(wanted)) {
          throw new LawViolation("round %d: %s, wanted %s".formatted(round, interval, wanted));
        }
        interval.commit();
      }
    }

    void end(TrackedThread program, Queue<Throwable> failures) {
      try {
        program.join();
      } catch (IllegalStateException e) {
        failures.add(e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        space.close();
        core.close();
      }
    }
  }
}
