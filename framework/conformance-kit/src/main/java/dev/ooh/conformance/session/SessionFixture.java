package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the abstract test classes of this package share: a space of one substrate that each test
 * gets fresh, one technique, and the means to write to the one and ask the other.
 */
public abstract class SessionFixture {
  protected static final long PAGE = PageSet.PAGE_SIZE;

  private AddressSpace space;

  protected abstract Substrate substrate();

  protected abstract TrackingTechnique technique();

  /** How to open the space; a subclass may add settings. */
  protected SpaceOptions options() {
    return SpaceOptions.named("contract");
  }

  /** Whether this machine may refuse substrate or technique; the tests are skipped then. */
  protected boolean mayBeRefused() {
    return false;
  }

  @BeforeEach
  void open() {
    Optional<String> refusal = substrate().refusal();
    if (mayBeRefused()) {
      assumeTrue(refusal.isEmpty(), () -> refusal.orElse(""));
    }
    space = substrate().open(options());
    if (mayBeRefused()) {
      Probe probe = technique().probe(space);
      assumeTrue(probe.usable(), probe::reason);
    }
  }

  @AfterEach
  void close() {
    if (space != null) {
      space.close();
    }
  }

  protected final AddressSpace space() {
    return space;
  }

  /** Another space instead, opened with one more setting. */
  protected final void reopen(String setting, String value) {
    space.close();
    space = substrate().open(options().with(setting, value));
  }

  protected final PageSet map(int pages) {
    return space.map(RegionRequest.anonymous("region", pages * PAGE)).pages();
  }

  /** Maps pages that may be parts of huge pages. */
  protected final PageSet mapHuge(int pages) {
    return space.map(RegionRequest.anonymous("huge", pages * PAGE).withHugePages()).pages();
  }

  /** Maps a file, shared. */
  protected final PageSet map(Path file, int pages) {
    return space
        .map(
            new RegionRequest(
                "file", pages * PAGE, Optional.empty(), Kind.FILE, Optional.of(file), false))
        .pages();
  }

  /** Writes 8 bytes to each page. */
  protected final void write(PageSet pages) throws Exception {
    writeTo(space, pages);
  }

  protected static void writeTo(AddressSpace target, PageSet pages) throws Exception {
    Memory bytes = target.memory();
    target
        .execution()
        .run(
            () -> {
              pages.forEachPage(page -> bytes.putLong(page, bytes.getLong(page) + 1));
              return true;
            });
  }

  protected final void inside(Runnable body) throws Exception {
    Callable<Boolean> call =
        () -> {
          body.run();
          return true;
        };
    space.execution().run(call);
  }

  /** Fetches; fails if something was lost. */
  protected static PageSet reported(TrackingSession session, PageSet scan, PageSet arm)
      throws TrackingException {
    Gathered gathered = session.fetch(scan, arm);
    assertEquals(List.of(), gathered.lost());
    return gathered.reported();
  }

  /** Every {@code n}-th page of a single run, from the first on. */
  protected static PageSet everyNth(PageSet pages, int n) {
    return everyNth(pages, n, 0);
  }

  /** Every {@code n}-th page of a single run, from the one at index {@code from} on. */
  protected static PageSet everyNth(PageSet pages, int n, int from) {
    PageSet.Builder builder = PageSet.builder();
    for (long page = pages.runStart(0) + from * PAGE; page < pages.runEnd(0); page += n * PAGE) {
      builder.addPage(page);
    }
    return builder.build();
  }
}
