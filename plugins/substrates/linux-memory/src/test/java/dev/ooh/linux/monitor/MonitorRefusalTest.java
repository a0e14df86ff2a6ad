package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.memory.PageSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitorRefusalTest {
  private static final long PAGE = FaultHandler.PAGE;

  @Test
  void whatEarlierPartsDidCounts() {
    MonitorRefusal refusal =
        new MonitorRefusal(
            CallException.of("protect", Errno.ENOMEM), PageSet.of(8 * PAGE, 9 * PAGE));
    MonitorRefusal whole =
        refusal.behind(List.of(PageSet.of(PAGE, 2 * PAGE), PageSet.of(4 * PAGE, 8 * PAGE)));
    assertThat(whole.done())
        .isEqualTo(PageSet.of(PAGE, 2 * PAGE).union(PageSet.of(4 * PAGE, 9 * PAGE)));
    assertThat(whole.errno()).isEqualTo(Errno.ENOMEM);
    assertThat(whole).hasMessage(refusal.getMessage());
  }
}
