package dev.ooh.metering.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.metering.Fakes;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingObserver.Phase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightEventsTest {
  @TempDir private Path folder;
  private final FlightEvents events = new FlightEvents();
  private final AddressSpace space = new Fakes().space("linux");

  private List<RecordedEvent> recorded(Runnable work) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.ooh.Gather").withoutThreshold();
      recording.enable("dev.ooh.Work").withoutThreshold();
      recording.enable("dev.ooh.Switch").withoutThreshold();
      recording.enable("dev.ooh.Interval").withoutThreshold();
      recording.enable("dev.ooh.Fallback").withoutThreshold();
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("dev.ooh."))
        .toList();
  }

  @Test
  void aSwitchSaysFromWhereToWhere() throws Exception {
    List<RecordedEvent> all =
        recorded(
            () -> {
              events.works(space, Optional.of("procfs"), Map.of());
              events.works(space, Optional.of("procfs"), Map.of()); // the same, no switch
              events.works(space, Optional.of("all-dirty"), Map.of());
              events.works(space, Optional.empty(), Map.of());
            });
    assertThat(all)
        .extracting(event -> event.getString("from") + ">" + event.getString("to"))
        .containsExactly(">procfs", "procfs>all-dirty", "all-dirty>");
  }

  @Test
  void anAnswerSaysHowManyPagesAndWhy() throws Exception {
    PageSet scan = PageSet.of(0x10000, 0x20000);
    Gathered gathered =
        new Gathered(
            PageSet.of(0x10000, 0x12000),
            List.of(new Gathered.Unseen(PageSet.of(0x14000, 0x17000), "a file on disk")),
            List.of("the ring overflowed"));
    RecordedEvent event =
        recorded(() -> events.gathered(space, "uffd", scan, PageSet.empty(), gathered)).getFirst();
    assertThat(event.getString("substrate")).isEqualTo("linux");
    assertThat(event.getString("technique")).isEqualTo("uffd");
    assertThat(event.getLong("scanned")).isEqualTo(16);
    assertThat(event.getLong("armed")).isZero();
    assertThat(event.getLong("written")).isEqualTo(2);
    assertThat(event.getLong("unseen")).isEqualTo(3);
    assertThat(event.getString("reasons")).isEqualTo("the ring overflowed; a file on disk");
  }

  @Test
  void anIntervalsEndSaysWhoseItWasAndWhatBecameOfIt() throws Exception {
    TrackingConsumer consumer = new TrackingConsumer(space, "collector", closed -> {});
    Interval interval = Interval.all(PageSet.of(0x10000, 0x14000), "the ring overflowed");
    RecordedEvent event = recorded(() -> events.ended(space, consumer, interval, false)).getFirst();
    assertThat(event.getEventType().getName()).isEqualTo("dev.ooh.Interval");
    assertThat(event.getString("substrate")).isEqualTo("linux");
    assertThat(event.getString("technique")).isEqualTo(interval.technique());
    assertThat(event.getString("consumer")).isEqualTo("collector");
    assertThat(event.getLong("sequence")).isEqualTo(interval.sequence());
    assertThat(event.getLong("pages")).isEqualTo(4);
    assertThat(event.getBoolean("committed")).isFalse();
    assertThat(event.getString("reasons")).isEqualTo("the ring overflowed");
  }

  @Test
  void aFallbackHasAnEventOfItsOwn() throws Exception {
    RecordedEvent event =
        recorded(() -> events.fellBack(space, "all-dirty", "uffd is refused: EPERM")).getFirst();
    assertThat(event.getEventType().getName()).isEqualTo("dev.ooh.Fallback");
    assertThat(event.getString("technique")).isEqualTo("all-dirty");
    assertThat(event.getString("reason")).isEqualTo("uffd is refused: EPERM");
  }

  @Test
  void workSaysHowLongItTook() throws Exception {
    RecordedEvent event =
        recorded(() -> events.took(space, "procfs", Phase.FETCH, 1234)).getFirst();
    assertThat(event.getString("phase")).isEqualTo("FETCH");
    assertThat(event.getDuration("took").toNanos()).isEqualTo(1234);
  }
}
