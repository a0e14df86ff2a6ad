package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextSetTest {
  @Test
  void nothingTakesLongerThanForever() {
    assertThat(new NextSet(0).takesLongerThan(ChronoUnit.FOREVER.getDuration(), PageSet.empty()))
        .isEmpty();
  }

  /** Else a program whose pages change seldom pays for copy before write from then on. */
  @Test
  void aQuestionThatSomethingElseDelayedDoesNotMakeCopyingTakeTooLong() {
    PageSet scan = PageSet.of(0, 1024 * PageSet.PAGE_SIZE);
    Deque<PageSet> changed =
        new ArrayDeque<>(List.of(scan, PageSet.of(0, 100 * PageSet.PAGE_SIZE)));
    Deque<Long> micros = new ArrayDeque<>(List.of(500L, 20_000L, 20_000L));
    long[] now = new long[1];
    NextSet next = new NextSet(16 << 20, () -> now[0]);
    next.changed(scan);

    int rounds =
        next.copyAhead(
            () -> scan,
            all -> {
              now[0] += micros.remove() * 1000;
              next.changed(changed.isEmpty() ? PageSet.empty() : changed.remove());
            },
            (address, target, offset, length) -> {});

    assertThat(rounds).isEqualTo(2);
    assertThat(next.takesLongerThan(Duration.ofMillis(1), scan)).isEmpty();
  }
}
