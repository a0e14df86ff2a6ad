package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every count, and every word to an observer, names the technique that did the work. */
class WorkToldTest {
  private final TestSpace space = new TestSpace(new TestExecution());
  private final FakeTechnique a = new FakeTechnique("aaa", 20);
  private final FakeTechnique b = new FakeTechnique("bbb", 10);
  private final TrackingCore core = new TrackingCore();
  private final Region region = space.mapPages(4);
  private final PageSet all = region.pages();
  private final TrackingConsumer one = space.consumer("one");

  /** Who worked, in turn; the techniques' own code notes itself between. */
  private final List<String> told = new ArrayList<>();

  private final List<String> durations = new ArrayList<>();
  private final List<String> written = new ArrayList<>();
  private final List<String> gathered = new ArrayList<>();
  private final List<String> ended = new ArrayList<>();
  private final List<String> fallbacks = new ArrayList<>();

  private final TrackingObserver observer =
      new TrackingObserver() {
        @Override
        public void works(
            AddressSpace of, Optional<String> technique, Map<String, TrackingStatistics> counts) {
          told.add(technique.orElse("none"));
        }

        @Override
        public void took(AddressSpace of, String technique, Phase phase, long nanos) {
          durations.add(technique + " " + phase);
        }

        @Override
        public void gathered(
            AddressSpace of, String technique, PageSet scan, PageSet arm, Gathered answer) {
          gathered.add(
              "%s: %d of %d, arms %d"
                  .formatted(
                      technique, answer.pages().pageCount(), scan.pageCount(), arm.pageCount()));
        }

        @Override
        public void ended(
            AddressSpace of, TrackingConsumer consumer, Interval interval, boolean committed) {
          ended.add(
              "%s %d by %s: %d pages, %s"
                  .formatted(
                      consumer.name(),
                      interval.sequence(),
                      interval.technique(),
                      interval.pages().pageCount(),
                      committed ? "committed" : "aborted"));
        }

        @Override
        public void fellBack(AddressSpace of, String technique, String reason) {
          fallbacks.add(technique + ": " + reason);
        }

        @Override
        public void written(AddressSpace of, Optional<String> technique, long pages) {
          written.add(technique.orElse("none") + " " + pages);
        }
      };

  WorkToldTest() {
    core.add(a);
    core.add(b);
    core.addObserver(observer);
    for (FakeTechnique technique : List.of(a, b)) {
      String name = technique.descriptor().name();
      technique.onOpen = () -> told.add("[open " + name + "]");
      technique.beforeFetch = () -> told.add("[fetch " + name + "]");
    }
  }

  @Test
  void everyAnswerIsToldOnceHoweverManyConsumersHaveToHearIt() throws TrackingException {
    TrackingConsumer other = space.consumer("other");
    PageSet first = PageSet.of(region.start(), region.start() + PageSet.PAGE_SIZE);
    fetch().commit();
    core.fetch(space, other, all, first).commit();
    space.memory().putByte(region.start(), (byte) 1);
    fetch().close();
    core.use(space, "bbb");
    assertThat(gathered)
        .containsExactly(
            "aaa: 0 of 4, arms 4",
            "aaa: 0 of 4, arms 1",
            "aaa: 1 of 4, arms 4",
            // Armed before the last look of the old one.
            "bbb: 0 of 4, arms 4",
            "aaa: 0 of 4, arms 0");
  }

  @Test
  void aSwitchDividesTheCounts() throws TrackingException {
    fetch().commit();
    Interval late = fetch();
    core.use(space, "bbb");
    fetch().close();
    // Ends after the switch, and is still the old one's.
    late.close();
    TrackingStatistics ofA = core.statisticsByTechnique(space).get("aaa");
    TrackingStatistics ofB = core.statisticsByTechnique(space).get("bbb");
    assertThat(ofA.fetches()).isEqualTo(2);
    assertThat(ofA.pagesReported()).isEqualTo(4);
    assertThat(ofA.committed()).isEqualTo(1);
    assertThat(ofA.aborted()).isEqualTo(1);
    assertThat(ofA.switches()).isEqualTo(1);
    // Two for a consumer, and the last one.
    assertThat(ofA.technique().get("fetches")).isEqualTo(3);
    assertThat(ofB.fetches()).isEqualTo(1);
    assertThat(ofB.aborted()).isEqualTo(1);
    assertThat(ofB.switches()).isZero();
    // The arming, and one for a consumer.
    assertThat(ofB.technique().get("fetches")).isEqualTo(2);
    assertThat(ofA.plus(ofB)).isEqualTo(core.statistics(space));
  }

  @Test
  void anAbortCountsEachIntervalForItsOwnTechnique() throws TrackingException {
    fetch().commit();
    Interval first = fetch();
    core.use(space, "bbb");
    fetch();
    // Takes its successor with it.
    first.close();
    assertThat(core.statisticsByTechnique(space).get("aaa").aborted()).isEqualTo(1);
    assertThat(core.statisticsByTechnique(space).get("bbb").aborted()).isEqualTo(1);
  }

  @Test
  void eachIntervalsEndIsToldOnce() throws TrackingException {
    fetch().commit();
    try (Interval committed = fetch()) {
      committed.commit();
      committed.commit();
    }
    Interval first = fetch();
    core.use(space, "bbb");
    fetch();
    first.close();
    first.close();
    assertThat(ended)
        .containsExactly(
            "one 1 by aaa: 4 pages, committed",
            "one 2 by aaa: 0 pages, committed",
            "one 4 by bbb: 0 pages, aborted",
            "one 3 by aaa: 0 pages, aborted");
  }

  @Test
  void aFallbackIsToldWithItsReason() throws TrackingException {
    core.use(space, "aaa");
    fetch().commit();
    assertThat(fallbacks).isEmpty();
    core.remove(a);
    assertThat(fallbacks).singleElement().asString().startsWith("all-dirty: ").contains("aaa");
  }

  @Test
  void aFallbackDividesTheCounts() throws TrackingException {
    core.use(space, "aaa");
    fetch().commit();
    core.remove(a);
    fetch().commit();
    assertThat(core.statisticsByTechnique(space).get("aaa").pagesReported()).isEqualTo(4);
    assertThat(core.statisticsByTechnique(space).get("all-dirty").pagesReported()).isEqualTo(4);
    assertThat(core.statisticsByTechnique(space).get("all-dirty").conservative()).isEqualTo(1);
  }

  @Test
  void pagesWrittenAreComparedWithTheTechniqueThatReportedThem() throws TrackingException {
    core.written(space, 7);
    fetch().commit();
    core.use(space, "bbb");
    core.written(space, 4);
    fetch().commit();
    core.written(space, 2);
    // Of a space that nobody tracks nothing is told.
    assertThat(written).containsExactly("aaa 4", "bbb 2");
  }

  @Test
  void setUpArmingAndEndAreTheWorkOfTheirTechnique() throws TrackingException {
    fetch().commit();
    core.use(space, "bbb");
    core.close();
    assertThat(told)
        .containsExactly(
            "none",
            "aaa",
            "[open aaa]",
            "[fetch aaa]",
            "bbb",
            "[open bbb]",
            "[fetch bbb]",
            "aaa",
            "[fetch aaa]",
            "bbb",
            "none");
  }

  @Test
  void aFailedSwitchGivesTheWorkBack() {
    fetch().commit();
    told.clear();
    b.onOpen =
        () -> {
          throw new TrackingException("no memory");
        };
    assertThatThrownBy(() -> core.use(space, "bbb")).hasMessage("no memory");
    assertThat(told.getFirst()).isEqualTo("bbb");
    assertThat(told.getLast()).isEqualTo("none");
    assertThat(core.active(space)).isEmpty();
  }

  @Test
  void whatTakesOverFromAFailureIsTold() throws TrackingException {
    core.use(space, "aaa");
    a.beforeFetch =
        () -> {
          throw new TrackingException("broken");
        };
    fetch().commit();
    assertThat(told).containsExactly("none", "aaa", "[open aaa]", "aaa", "[open aaa]", "all-dirty");
  }

  @Test
  void anObserverThatComesLateIsToldWhoWorks() {
    fetch().commit();
    List<String> late = new ArrayList<>();
    core.addObserver(
        (of, technique, counts) ->
            late.add(technique.orElse("none") + " " + counts.get("aaa").fetches()));
    assertThat(late).containsExactly("aaa 1");
  }

  @Test
  void durationsNameTheirTechnique() throws TrackingException {
    core.add(new FakeTechnique("classic", 30, true));
    core.use(space, "classic");
    fetch().commit();
    core.use(space, "bbb");
    fetch().commit();
    assertThat(durations)
        .containsExactly(
            "classic REARM",
            "classic PAUSE",
            "classic FETCH",
            "bbb REARM",
            "classic REARM",
            "classic PAUSE",
            "bbb REARM",
            "bbb FETCH");
  }

  private Interval fetch() {
    return core.fetch(space, one, all, all);
  }
}
