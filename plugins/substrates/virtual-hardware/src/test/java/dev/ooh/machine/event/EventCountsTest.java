package dev.ooh.machine.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventCountsTest {
  private final EventCounters counters = new EventCounters();

  @Test
  void countsSubtract() {
    counters.count(Event.TLB_MISS);
    EventCounts before = counters.counts();
    counters.count(Event.TLB_MISS, 4);
    counters.count(Event.VMREAD);
    EventCounts difference = counters.counts().minus(before);
    assertThat(difference.get(Event.TLB_MISS)).isEqualTo(4);
    assertThat(difference.get(Event.VMREAD)).isEqualTo(1);
    assertThat(before.get(Event.TLB_MISS)).as("a value").isEqualTo(1);
    EventCounts nothing = new EventCounters().counts();
    assertThat(counters.counts().minus(counters.counts()))
        .isEqualTo(nothing)
        .hasSameHashCodeAs(nothing);
  }

  @Test
  void passesTheCountedOnesInOrder() {
    counters.count(Event.POLL, 2);
    counters.count(Event.USER_TO_KERNEL_SWITCH, 3);
    Map<String, Long> seen = new LinkedHashMap<>();
    counters.counts().forEachNonZero((event, n) -> seen.put(event.id(), n));
    assertThat(seen).containsExactly(Map.entry("M1", 3L), Map.entry("POLL", 2L));
    assertThat(counters.counts()).hasToString("EventCounts{M1=3 POLL=2}");
  }

  @Test
  void idsAndLabelsAreDistinct() {
    assertThat(Arrays.stream(Event.values()).map(Event::id)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(Event.values()).map(Event::label)).doesNotHaveDuplicates();
  }

  @Test
  void negativeCountIsNamed() {
    assertThatThrownBy(() -> counters.count(Event.VMREAD, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("M7")
        .hasMessageContaining("-1");
  }
}
