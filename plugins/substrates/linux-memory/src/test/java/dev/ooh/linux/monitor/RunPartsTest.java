package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunPartsTest {
  private static final long PAGE = FaultHandler.PAGE;
  private static final long BLOCK = FaultHandler.BLOCK;

  @Test
  void noBlockIsTakenApartThatARunHasAllOf() throws Exception {
    long[] runs = {
      BLOCK - PAGE, 3 * BLOCK + PAGE, 4 * BLOCK, 5 * BLOCK, 6 * BLOCK + PAGE, 6 * BLOCK + 3 * PAGE
    };
    Object lock = new Object();
    List<Long> parts = new ArrayList<>();
    RunParts.visit(
        runs,
        lock,
        (start, end) -> {
          assertThat(Thread.holdsLock(lock)).isTrue();
          parts.add(start);
          parts.add(end);
        });
    assertThat(parts)
        .containsExactly(
            BLOCK - PAGE,
            BLOCK,
            BLOCK,
            2 * BLOCK,
            2 * BLOCK,
            3 * BLOCK,
            3 * BLOCK,
            3 * BLOCK + PAGE,
            4 * BLOCK,
            5 * BLOCK,
            6 * BLOCK + PAGE,
            6 * BLOCK + 3 * PAGE);
  }
}
