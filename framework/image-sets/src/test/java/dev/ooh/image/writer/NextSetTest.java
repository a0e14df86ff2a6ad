package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
    assertThat(whyTooLong(List.of(500L, 20_000L, 20_000L), List.of(100L, 10L))).isEmpty();
  }

  @Test
  void aCopyThatSomethingElseDelayedDoesNotEither() {
    assertThat(whyTooLong(List.of(500L, 500L, 500L), List.of(100L, 20_000L))).isEmpty();
  }

  @Test
  void copiesThatWereAllSlowMakeCopyingTakeTooLong() {
    assertThat(whyTooLong(List.of(500L, 500L, 500L), List.of(200_000L, 20_000L)))
        .hasValue("60 pages left to copy would take 12.2 ms, wanted 1.0");
  }

  /** As it is judged whether to ask another technique again. */
  @Test
  void anotherQuestionCountsInPlaceOfItsOwn() {
    NextSet next = copiedAhead(List.of(20_000L, 20_000L, 20_000L), List.of(1024L, 100L));
    next.changed(pages(60)); // of a microsecond each
    PageSet scan = pages(1024);

    assertThat(next.takesLongerThan(Duration.ofMillis(1), scan)).isNotEmpty();
    assertThat(next.timeToAsk()).isEqualTo(Duration.ofMillis(20));
    assertThat(wouldTakeLonger(next, 440, scan)).isFalse();
    assertThat(wouldTakeLonger(next, 441, scan)).isTrue();
    assertThat(wouldTakeLonger(new NextSet(0), 0, pages(1))).as("without room").isTrue();
  }

  private static boolean wouldTakeLonger(NextSet next, long microsToAsk, PageSet scan) {
    Duration asking = Duration.of(microsToAsk, ChronoUnit.MICROS);
    return next.wouldTakeLongerThan(Duration.of(500, ChronoUnit.MICROS), asking, scan);
  }

  /**
   * Why one more round of 60 pages would take more than a millisecond, empty if it would not: after
   * three questions, and copies of 1,024 pages and of 100, that took so many microseconds.
   */
  private static Optional<String> whyTooLong(List<Long> questions, List<Long> copies) {
    NextSet next = copiedAhead(questions, copies);
    next.changed(pages(60));
    return next.takesLongerThan(Duration.ofMillis(1), pages(1024));
  }

  private static NextSet copiedAhead(List<Long> questions, List<Long> copies) {
    PageSet scan = pages(1024);
    Deque<PageSet> changed = new ArrayDeque<>(List.of(scan, pages(100), PageSet.empty()));
    Deque<Long> asking = new ArrayDeque<>(questions);
    Deque<Long> copying = new ArrayDeque<>(copies);
    long[] now = new long[1];
    NextSet next = new NextSet(16 << 20, () -> now[0]);

    int rounds =
        next.copyAhead(
            () -> scan,
            all -> {
              now[0] += asking.remove() * 1000;
              next.changed(changed.remove());
            },
            (address, target, offset, length) -> {
              if (address == 0) {
                now[0] += copying.remove() * 1000;
              }
            });

    assertThat(rounds).isEqualTo(2);
    return next;
  }

  private static PageSet pages(int count) {
    return PageSet.of(0, (long) count * PageSet.PAGE_SIZE);
  }
}
