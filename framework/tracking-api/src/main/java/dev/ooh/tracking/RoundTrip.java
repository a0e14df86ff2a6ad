package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;

/**
 * Tries a technique by doing: opens a session, arms pages of a mapping made for the purpose, writes
 * some, and looks whether these and only these are reported, twice, so that re-arming is tried too.
 */
public final class RoundTrip {
  private static final int PAGES = 8;

  /** Written before the first fetch and never again; must not be reported. */
  private static final int UNTOUCHED = 0;

  private static final int WRITTEN_ONCE = 1;
  private static final int WRITTEN_TWICE = 2;

  /** Never populated before it is armed. */
  private static final int BORN_ARMED = 5;

  private final AddressSpace space;
  private final Region region;

  private RoundTrip(AddressSpace space, Region region) {
    this.space = space;
    this.region = region;
  }

  /** Opens one session for the trial; it is closed afterwards. */
  @FunctionalInterface
  public interface Opener {
    TrackingSession open(AddressSpace space) throws TrackingException;
  }

  /**
   * Makes the round trip. The caller may be any thread; the writes are made by a thread of the
   * space's execution context.
   *
   * @param remedy what a user can do about a refusal that doesn't say so itself; may be empty
   * @return usable, with the session's mode; or refused, with what went wrong
   */
  public static Probe probe(AddressSpace space, Opener opener, String remedy) {
    Region region = space.map(RegionRequest.anonymous("probe", PAGES * (long) PageSet.PAGE_SIZE));
    try (TrackingSession session = opener.open(space)) {
      return new RoundTrip(space, region).make(session, remedy);
    } catch (TrackingException e) {
      return Probe.refused(
          String.valueOf(e.getMessage()), e.remedy().isEmpty() ? remedy : e.remedy());
    } finally {
      space.unmap(region);
    }
  }

  private Probe make(TrackingSession session, String remedy) throws TrackingException {
    PageSet all = region.pages();
    write(UNTOUCHED, WRITTEN_ONCE, WRITTEN_TWICE);
    session.fetch(all, all);
    write(WRITTEN_ONCE, WRITTEN_TWICE, BORN_ARMED);
    String first =
        fault(session.fetch(all, all), UNTOUCHED, WRITTEN_ONCE, WRITTEN_TWICE, BORN_ARMED);
    if (!first.isEmpty()) {
      return Probe.refused(first, remedy);
    }
    write(WRITTEN_TWICE);
    String second = fault(session.fetch(all, PageSet.empty()), UNTOUCHED, WRITTEN_TWICE);
    return second.isEmpty()
        ? Probe.usable(session.mode())
        : Probe.refused("after re-arming: " + second, remedy);
  }

  /** What is wrong with the answer; empty when nothing is. */
  private String fault(Gathered gathered, int untouched, int... written) {
    if (!gathered.lost().isEmpty()) {
      return "a round trip over %d pages lost some: %s"
          .formatted(PAGES, String.join("; ", gathered.lost()));
    }
    if (!gathered.unseen().isEmpty()) {
      return gathered.unseen().getFirst().reason();
    }
    for (int page : written) {
      if (!gathered.pages().contains(address(page))) {
        return "a written page at 0x%x was not reported, only %s"
            .formatted(address(page), gathered.pages());
      }
    }
    if (gathered.pages().contains(address(untouched))) {
      return "a page at 0x%x that nobody wrote was reported".formatted(address(untouched));
    }
    return "";
  }

  private void write(int... pages) throws TrackingException {
    Memory memory = space.memory();
    try {
      space
          .execution()
          .run(
              () -> {
                for (int page : pages) {
                  memory.putLong(address(page), memory.getLong(address(page)) + 1);
                }
                return true;
              });
    } catch (TrackingException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new TrackingException("writing to the trial mapping failed: " + e, e);
    }
  }

  private long address(int page) {
    return region.start() + page * (long) PageSet.PAGE_SIZE;
  }
}
