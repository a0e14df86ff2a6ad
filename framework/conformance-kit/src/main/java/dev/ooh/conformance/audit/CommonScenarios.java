package dev.ooh.conformance.audit;

import dev.ooh.conformance.FaultHandler;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the contract alone can do to a tracked space, and what other processes can. */
final class CommonScenarios {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int PAGES = 1024;

  Stream<Scenario> all() {
    return Stream.of(
        new Scenario("switches while regions come and go", this::switches),
        new Scenario("every pair of techniques", this::pairs),
        new Scenario("consumers, switches and discards at once", this::apart),
        new Scenario("two consumers of overlapping ranges, one aborts", this::twoConsumers),
        new Scenario("forks while arming", this::forks),
        new Scenario("shared memory", this::sharedMemory),
        new Scenario("huge pages", this::hugePages),
        new Scenario("a sparse reservation", audit -> sparse(audit, 16L << 30)),
        new Scenario("half a terabyte", audit -> sparse(audit, 1L << 39), true),
        new Scenario("the fault handler is killed, paused and starved", this::handler),
        new Scenario("the fault handler is stopped", this::stoppedHandler, true));
  }

  private void switches(Audit audit) {
    Region coming = audit.map("coming", PAGES);
    Region steady = audit.map("steady", PAGES);
    audit.field(coming.pages().union(steady.pages()));
    audit.watch("all", audit.field().pages());
    audit.disturbBySwitches(audit.space());
    audit.disturb(comingAndGoing(audit, coming));
    audit.disturb(discarding(audit, steady));
  }

  private void pairs(Audit audit) {
    watched(audit);
    audit.disturbByEveryPair();
  }

  private void apart(Audit audit) {
    Region region = audit.map("apart", PAGES);
    audit.field(region.pages());
    audit.watchApart("first", region.pages());
    audit.watchApart("second", PageSet.of(region.start(), region.end() - 512L * PAGE));
    audit.disturbBySwitches(audit.space());
    audit.disturb(discarding(audit, region));
  }

  private static Region watched(Audit audit) {
    Region region = audit.map("watched", PAGES);
    audit.field(region.pages());
    audit.watch("all", region.pages());
    return region;
  }

  private static Disturbance comingAndGoing(Audit audit, Region region) {
    List<Region> there = new ArrayList<>(List.of(region));
    return Disturbance.atStandstill(
        "a region that comes or goes",
        random -> {
          if (there.isEmpty()) {
            there.add(
                audit
                    .space()
                    .map(
                        RegionRequest.anonymous(region.name(), region.bytes()).at(region.start())));
            audit.field().setAbsent(PageSet.empty());
            audit.owe(region.pages());
          } else {
            audit.space().unmap(there.removeLast());
            audit.field().setAbsent(region.pages());
            audit.forget(region.pages());
          }
        });
  }

  private static Disturbance discarding(Audit audit, Region region) {
    return Disturbance.of(
        "a discard",
        random -> {
          int pages = 1 + random.nextInt(8);
          long start =
              region.start() + random.nextInt((int) (region.bytes() / PAGE) - pages) * (long) PAGE;
          PageSet gone = PageSet.of(start, start + pages * (long) PAGE);
          audit.discard(gone);
        });
  }

  private void twoConsumers(Audit audit) {
    Region region = audit.map("both", PAGES);
    audit.field(region.pages());
    audit.watch("all", region.pages());
    long third = PAGES / 3 * (long) PAGE;
    audit.watchFickly("middle", PageSet.of(region.start() + third, region.end() - third));
    audit.disturb(discarding(audit, region));
  }

  private void forks(Audit audit) {
    watched(audit);
    audit.disturb(Disturbance.of("a fork", random -> new ProcessBuilder("true").start().waitFor()));
    audit.disturb(
        Disturbance.of(
            "a fork that goes on while memory is armed",
            random -> new ProcessBuilder("true").start()));
  }

  private void sharedMemory(Audit audit) {
    Region region = map(audit, Kind.MEMFD, false);
    audit.field(region.pages());
    audit.watch("all", region.pages());
    audit.disturb(discarding(audit, region));
    audit.disturbBySwitches(audit.space());
  }

  private void hugePages(Audit audit) {
    Region region = map(audit, Kind.ANONYMOUS, true);
    audit.allowHugePages();
    audit.field(region.pages());
    audit.watch("all", region.pages());
    audit.disturb(discarding(audit, region));
    audit.disturbBySwitches(audit.space());
  }

  private static Region map(Audit audit, Kind kind, boolean huge) {
    return audit
        .space()
        .map(
            new RegionRequest(
                kind.name(), PAGES * (long) PAGE, Optional.empty(), kind, Optional.empty(), huge));
  }

  /** Few pages, far apart. */
  private void sparse(Audit audit, long bytes) {
    Region region = audit.space().map(RegionRequest.anonymous("sparse", bytes));
    PageSet.Builder pages = PageSet.builder();
    SplittableRandom places = new SplittableRandom(region.bytes());
    for (int page = 0; page < PAGES / 4; page++) {
      pages.addPage(region.start() + places.nextLong(region.bytes() / PAGE) * PAGE);
    }
    audit.field(pages.build());
    audit.watch("all", region.pages());
    audit.disturbBySwitches(audit.space());
  }

  private void handler(Audit audit) {
    watched(audit);
    audit.disturb(Disturbance.of("a starved handler", random -> handler(FaultHandler::starve)));
    audit.disturb(
        Disturbance.of(
            "a paused handler", random -> handler(it -> it.pause(1 + random.nextInt(3)))));
    audit.disturb(Disturbance.of("a killed handler", random -> handler(FaultHandler::kill)));
    audit.disturbBySwitches(audit.space());
  }

  /** Until its own timer ends it, those who wait for it wait. */
  private void stoppedHandler(Audit audit) {
    watched(audit);
    audit.disturb(Disturbance.of("a stopped handler", random -> handler(FaultHandler::stop)));
  }

  /** A technique without one is left in peace. */
  private static void handler(Consumer<FaultHandler> what) {
    FaultHandler.find().ifPresent(what);
  }
}
