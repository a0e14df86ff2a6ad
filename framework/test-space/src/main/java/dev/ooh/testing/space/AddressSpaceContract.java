package dev.ooh.testing.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the spaces of every substrate owe to listeners and to those who join threads, and where they
 * put regions.
 */
public abstract class AddressSpaceContract {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private final Logger logger = Logger.getLogger("dev.ooh.memory.support.BasicAddressSpace");
  private final Recorded log = new Recorded();
  private AddressSpace space;

  /** Opens a space, which the contract closes. */
  protected abstract AddressSpace openSpace();

  @BeforeEach
  final void open() {
    space = openSpace();
    logger.setUseParentHandlers(false);
    logger.addHandler(log);
  }

  @AfterEach
  final void close() {
    space.close();
    logger.removeHandler(log);
    logger.setUseParentHandlers(true);
  }

  @Test
  void aFaultyListenerHarmsNeitherTheOthersNorTheOperation() {
    Events heard = new Events(null);
    space.addListener(new Events(new IllegalStateException("a fault of its own")));
    space.addListener(heard);
    space.addListener(new Events(new AssertionError("another one")));

    assertEquals(List.of("mapped", "changed", "consumerClosed", "unmapped"), changeAll(heard));
    space.close();

    assertFalse(space.isOpen());
    assertEquals("closing", heard.events.getLast());
    assertEquals(10, log.records.size(), log.records::toString);
    assertTrue(
        log.records.stream().allMatch(record -> record.getThrown() != null),
        "the log has the faults");
    assertTrue(log.records.getFirst().getMessage().contains(space.name()));
  }

  /** Nobody knows what a listener without memory did not take in, so somebody must hear of it. */
  @Test
  void aVirtualMachineAtItsEndFailsTheOperationAfterAllWereTold() {
    Events heard = new Events(null);
    AddressSpace.Listener exhausted = new Events(new OutOfMemoryError("for the test"));
    Region region = space.map(RegionRequest.anonymous("r", 2 * PAGE));
    space.addListener(exhausted);
    space.addListener(heard);
    assertThrows(OutOfMemoryError.class, () -> space.discard(region.pages()));
    assertEquals(List.of("changed"), heard.events);
    space.removeListener(exhausted);
    space.unmap(region);
    assertEquals(List.of(), space.regions());
  }

  private List<String> changeAll(Events heard) {
    Region region = space.map(RegionRequest.anonymous("r", 4 * PAGE));
    assertEquals(List.of(region), space.regions());
    space.discard(PageSet.of(region.start(), region.start() + PAGE));
    space.consumer("c").close();
    space.unmap(region);
    assertEquals(List.of(), space.regions());
    return List.copyOf(heard.events);
  }

  @Test
  void listenersThatLeftHearNothing() {
    Events heard = new Events(null);
    space.addListener(heard);
    space.removeListener(heard);
    space.map(RegionRequest.anonymous("r", PAGE));
    assertEquals(List.of(), heard.events);
  }

  @Test
  void regionsAreApartAndAscending() {
    Region first = space.map(RegionRequest.anonymous("a", PAGE));
    Region second = space.map(RegionRequest.anonymous("b", 3 * PAGE));
    Region behind = space.map(RegionRequest.anonymous("c", PAGE).at(second.end()));
    assertTrue(first.end() < second.start() || second.end() < first.start());
    List<Region> regions = space.regions();
    assertEquals(3, regions.size());
    assertTrue(regions.get(0).end() <= regions.get(1).start());
    assertTrue(regions.get(1).end() <= regions.get(2).start());
    assertTrue(regions.contains(behind));
  }

  @Test
  void aTakenPlaceIsRefusedByName() {
    Region there = space.map(RegionRequest.anonymous("there", 2 * PAGE));
    MemoryAccessException refusal =
        assertThrows(
            MemoryAccessException.class,
            () -> space.map(RegionRequest.anonymous("newcomer", PAGE).at(there.start() + PAGE)));
    assertTrue(String.valueOf(refusal.getMessage()).contains("newcomer"), refusal::toString);
    assertTrue(String.valueOf(refusal.getMessage()).contains("there"), refusal::toString);
    assertThrows(
        MemoryAccessException.class,
        () -> space.map(RegionRequest.anonymous("newcomer", Long.MAX_VALUE / 2)));
    assertEquals(List.of(there), space.regions());
  }

  @Test
  void whoJoinsAThreadThatFailedIsToldWhatItThrew() {
    Error thrown = new AssertionError("of the program's");
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                space
                    .execution()
                    .run(
                        () -> {
                          space
                              .execution()
                              .spawn(
                                  "failing",
                                  () -> {
                                    throw thrown;
                                  })
                              .join();
                          return 0;
                        }));
    assertSame(thrown, failure.getCause());
    assertTrue(String.valueOf(failure.getMessage()).contains("failing"), failure::toString);
  }

  /** Notes the events by name; throws after that, if so told. */
  private static final class Events implements AddressSpace.Listener {
    private final List<String> events = new ArrayList<>();
    private final @Nullable Throwable fault;

    Events(@Nullable Throwable fault) {
      this.fault = fault;
    }

    private void heard(String event) {
      events.add(event);
      if (fault instanceof RuntimeException e) {
        throw e;
      }
      if (fault instanceof Error e) {
        throw e;
      }
    }

    @Override
    public void mapped(AddressSpace where, Region region) {
      heard("mapped");
    }

    @Override
    public void unmapped(AddressSpace where, PageSet pages) {
      heard("unmapped");
    }

    @Override
    public void changed(AddressSpace where, PageSet pages) {
      heard("changed");
    }

    @Override
    public void doubt(AddressSpace where, String reason) {
      heard("doubt");
    }

    @Override
    public void consumerClosed(TrackingConsumer consumer) {
      heard("consumerClosed");
    }

    @Override
    public void closing(AddressSpace where) {
      heard("closing");
    }
  }

  private static final class Recorded extends Handler {
    private final List<LogRecord> records = new ArrayList<>();

    @Override
    public synchronized void publish(LogRecord record) {
      records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
