package dev.ooh.integration.barrier;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * A program on a class path, run with the agent and without: tracks a segment of its own. Says
 * which of its pages each store made it find, or why it can't.
 */
final class AgentMain {
  private static final int PAGES = 16;

  private AgentMain() {}

  public static void main(String[] arguments) throws Exception {
    Substrate linux =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(substrate -> substrate.name().equals("linux"))
            .findFirst()
            .orElseThrow();
    try (TrackingCore core = TrackingCore.load();
        AddressSpace space = linux.open(SpaceOptions.named("program"));
        Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(PAGES * (long) PageSet.PAGE_SIZE, PageSet.PAGE_SIZE);
      PageSet all =
          space.facility(SegmentAdoption.class).orElseThrow().adopt("mine", segment).pages();
      core.use(space, "write-barrier");
      TrackingConsumer me = space.consumer("me");
      say(core.fetch(space, me, all, all), segment);
      segment.set(ValueLayout.JAVA_LONG, 3 * 4096, 42);
      say(core.fetch(space, me, all, all), segment);
      try (FileChannel file = FileChannel.open(Path.of(arguments[0]))) {
        file.read(segment.asSlice(5 * 4096, 4096).asByteBuffer());
      }
      say(core.fetch(space, me, all, all), segment);
    } catch (TrackingException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }

  private static void say(Interval interval, MemorySegment segment) {
    StringBuilder pages = new StringBuilder();
    interval
        .pages()
        .forEachPage(page -> pages.append(' ').append((page - segment.address()) / 4096));
    System.out.println(interval.pages().pageCount() + " pages:" + pages + interval.reasons());
    interval.commit();
  }
}
