package dev.ooh.machine.cost;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Prices counted events, after the fact; immutable. Prices are linear in counts, so differences of
 * counts can be priced.
 *
 * <p>The profile {@code sc22} carries the figures of S. Bitchebe, A. Tchana, "Out of Hypervisor
 * (OoH)", SC'22, tables IVa and IVb; {@code kvm-dirty-ring} what is published of KVM's own
 * tracking, by which only SPML's log is priced anew. Every price names its {@linkplain #sources
 * source}. An event without a price costs nothing.
 */
public final class CostProfile {
  private static final Set<Event> SETUP =
      EnumSet.of(Event.IOCTL_INIT_PML, Event.IOCTL_DEACTIVATE_PML);

  /** Inside the ioctls M3 and M4, whose published cost contains them: counted, and 0. */
  private static final Set<Event> INSIDE_SETUP =
      EnumSet.of(
          Event.HYPERCALL_INIT_PML,
          Event.HYPERCALL_INIT_PML_AND_SHADOWING,
          Event.HYPERCALL_DEACTIVATE_PML,
          Event.HYPERCALL_DEACTIVATE_PML_AND_SHADOWING);

  private static final Set<Event> TRACKER =
      EnumSet.of(
          Event.HYPERCALL_DISABLE_LOGGING,
          Event.CLEAR_REFS,
          Event.PAGEMAP_ENTRY_READ,
          Event.REVERSE_MAPPING,
          Event.RING_BUFFER_COPY,
          Event.TRACKER_ACCESS);

  private static final Set<Event> IMPACT =
      EnumSet.of(
          Event.USER_TO_KERNEL_SWITCH,
          Event.PAGE_FAULT_IN_KERNEL,
          Event.PAGE_FAULT_IN_USERSPACE,
          Event.VMREAD,
          Event.VMWRITE,
          Event.HYPERCALL_ENABLE_LOGGING,
          Event.PML_FULL_EXIT,
          Event.HUGE_PAGE_SPLIT,
          Event.VCPU_KICK,
          Event.TLB_SHOOTDOWN_IPI,
          Event.FUNCTION_CALL_IPI);

  /** What the paper's techniques or its machine have none of, or what it gives no price for. */
  private static final Set<Event> OPTIONAL =
      EnumSet.of(
          Event.TRACKER_ACCESS,
          Event.PML_FULL_EXIT,
          Event.HUGE_PAGE_SPLIT,
          Event.VCPU_KICK,
          Event.TLB_SHOOTDOWN_IPI,
          Event.FUNCTION_CALL_IPI);

  private static final Set<Event> ROUTINE =
      EnumSet.of(Event.CHECKPOINT_PAGE_WRITTEN, Event.PAGE_WRITTEN);

  private final String name;
  private final Map<Event, Price> prices;
  private final Map<Event, String> sources;

  /** What a unit of work costs, by application, where that was calibrated. */
  private final Map<String, CostTable.Work> work;

  private CostProfile(
      String name,
      Map<Event, Price> prices,
      Map<Event, String> sources,
      Map<String, CostTable.Work> work) {
    this.name = name;
    this.prices = prices;
    this.sources = sources;
    this.work = work;
  }

  /** The paper's figures, with assumed prices for ordinary work. */
  public static CostProfile sc22() {
    return complete(
        "sc22", List.of(resource("sc22-fixed.csv"), resource("sc22-by-size.csv"), assumed()));
  }

  /**
   * SPML's log as a hypervisor's own tracker takes it by KVM's dirty ring. What is not published
   * costs what it does in {@link #sc22}, so that it speaks of no other technique.
   */
  public static CostProfile kvmDirtyRing() {
    return complete("kvm-dirty-ring", List.of(resource("kvm-dirty-ring.csv"), assumed()));
  }

  /** Everything is free but an untracked write (W0), by which slowdowns are divided. */
  public static CostProfile zero() {
    CostTable table = resource("sc22-by-size.csv");
    Map<Event, Price> prices = new EnumMap<>(table.prices());
    Map<Event, String> sources = new EnumMap<>(table.sources());
    prices.keySet().retainAll(Set.of(Event.PAGE_WRITTEN));
    sources.keySet().retainAll(Set.of(Event.PAGE_WRITTEN));
    return new CostProfile("zero", prices, sources, Map.of());
  }

  private static CostTable assumed() {
    return resource("assumed.csv");
  }

  /**
   * A user's own figures, in the format of {@link CostTable}: a price for each of M1, M3 to M8, M13
   * to M18, CP and W0 (M9 to M12 may be absent), and if wanted for ordinary work, that of an
   * application apart ({@link #forApplication}), and for a technique's own accesses to memory
   * ({@code TRACKER_ACCESS}) and for exits of full logs ({@code PML_FULL_EXIT}).
   *
   * @throws IllegalArgumentException naming file, id, value found and value wanted
   */
  public static CostProfile ofFile(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return complete(file.toString(), List.of(CostTable.parse(file.toString(), lines)));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "cost profile is '%s', wanted sc22, kvm-dirty-ring, zero or an existing file"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cost profile " + file + ": can't be read as UTF-8 text: " + e, e);
    }
  }

  /** A profile that is here, by its name; else the path of a file, whose {@code .csv} may miss. */
  public static CostProfile named(String nameOrFile) {
    return switch (nameOrFile) {
      case "sc22" -> sc22();
      case "kvm-dirty-ring" -> kvmDirtyRing();
      case "zero" -> zero();
      default -> {
        Path file = Path.of(nameOrFile);
        Path whole = Path.of(nameOrFile + ".csv");
        yield ofFile(Files.exists(file) || !Files.exists(whole) ? file : whole);
      }
    };
  }

  public String name() {
    return name;
  }

  /**
   * The same with what a unit of {@code application}'s work was found to cost. This one itself
   * where it says nothing of that application: a unit then costs what it does for all.
   */
  public CostProfile forApplication(String application) {
    CostTable.Work own = work.get(application);
    if (own == null) {
      return this;
    }
    Map<Event, Price> owns = new EnumMap<>(prices);
    Map<Event, String> from = new EnumMap<>(sources);
    owns.put(Event.WORK_UNIT, own.price());
    from.put(Event.WORK_UNIT, own.source());
    return new CostProfile(name, owns, from, work);
  }

  /**
   * Where the price of each event that has one is from: a publication, a file, or an assumption.
   */
  public Map<Event, String> sources() {
    return Collections.unmodifiableMap(sources);
  }

  /** What one event costs, in simulated microseconds, when {@code trackedBytes} are tracked. */
  public double microseconds(Event event, long trackedBytes) {
    return INSIDE_SETUP.contains(event)
        ? 0
        : prices.getOrDefault(event, Price.FREE).microseconds(trackedBytes);
  }

  /** What all of {@code counts} cost, when {@code trackedBytes} are tracked. */
  public Costs price(EventCounts counts, long trackedBytes) {
    double setup = 0;
    double tracker = 0;
    double impact = 0;
    double work = 0;
    for (Event event : prices.keySet()) {
      double millis = counts.get(event) * microseconds(event, trackedBytes) / 1000;
      if (SETUP.contains(event)) {
        setup += millis;
      } else if (TRACKER.contains(event)) {
        tracker += millis;
      } else if (IMPACT.contains(event)) {
        impact += millis;
      } else {
        work += millis;
      }
    }
    return new Costs(setup, tracker, impact, work);
  }

  private static CostProfile complete(String name, List<CostTable> tables) {
    Map<Event, Price> prices = new EnumMap<>(Event.class);
    Map<Event, String> sources = new EnumMap<>(Event.class);
    Map<String, CostTable.Work> work = new TreeMap<>();
    for (CostTable table : tables) {
      prices.putAll(table.prices());
      sources.putAll(table.sources());
      work.putAll(table.work());
    }
    Set<Event> wanted = EnumSet.copyOf(SETUP);
    wanted.addAll(TRACKER);
    wanted.addAll(IMPACT);
    wanted.addAll(ROUTINE);
    wanted.removeAll(OPTIONAL);
    wanted.removeAll(prices.keySet());
    for (Event event : wanted) {
      throw new IllegalArgumentException(
          "cost profile %s: %s (%s) is missing, wanted a row with its cost, by which %s is priced"
              .formatted(name, event.id(), event.label(), users(event)));
    }
    return new CostProfile(name, prices, sources, work);
  }

  /** Who can't be priced without {@code event}. */
  private static String users(Event event) {
    String users = resource("sc22-fixed.csv").users().get(event);
    if (users == null) {
      users = resource("sc22-by-size.csv").users().getOrDefault(event, "all");
    }
    return switch (users) {
      case "all" -> "every technique";
      case "none" -> "the untracked baseline";
      default -> users.replace("|", " and ");
    };
  }

  private static CostTable resource(String file) {
    try (InputStream in = CostProfile.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(
            "resource " + file + " is missing beside " + CostProfile.class);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return CostTable.parse(file, List.of(text.split("\n")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
