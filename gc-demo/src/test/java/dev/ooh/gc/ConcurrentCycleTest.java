package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.testing.CollectorSteps;
import dev.ooh.gc.testing.CollectorSteps.Phase;
import dev.ooh.gc.testing.CollectorSteps.Step;
import dev.ooh.gc.testing.MovingProgram;
import dev.ooh.gc.testing.PassedOn;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A full cycle beside a program that hides objects from it: under each technique, with a switch at
 * each of its phases, and with an interval that lacks the one page that matters.
 */
@Timeout(300)
class ConcurrentCycleTest {
  private static final TrackingCore CORE = TrackingCore.load();

  /** What can be used on a substrate. */
  record Stage(Substrate substrate, List<String> techniques) {
    /** Without the one that reports each page again and again, so that none is lost. */
    List<String> precise() {
      return techniques.stream().filter(name -> !name.equals("all-dirty")).toList();
    }

    @Override
    public String toString() {
      return substrate.name();
    }
  }

  static List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    for (Substrate substrate : ServiceLoader.load(Substrate.class)) {
      if (substrate.refusal().isEmpty()) {
        try (AddressSpace space = substrate.open(SpaceOptions.named("probe"))) {
          stages.add(
              new Stage(
                  substrate,
                  CORE.list(space).stream()
                      .filter(status -> status.probe().usable())
                      .map(status -> status.descriptor().name())
                      .toList()));
        }
      }
    }
    return stages;
  }

  @AfterAll
  static void closeCore() {
    CORE.close();
  }

  /**
   * From each technique to each other one; at which step of the phase differs from pair to pair.
   */
  @ParameterizedTest
  @MethodSource("stages")
  void theTechniqueMayBeSwitchedInEveryPhase(Stage stage) throws Exception {
    try (AddressSpace other = stage.substrate.open(SpaceOptions.named("other"))) {
      assertThat(other.isOpen()).isTrue(); // Keeps the monitor of userfaultfd.
      for (Phase phase : Phase.values()) {
        int pair = 0;
        for (String from : stage.techniques) {
          for (String to : stage.techniques) {
            if (!from.equals(to)) {
              assertThat(switchesIn(stage, phase, pair++, from, to))
                  .as("%s: %s to %s", phase, from, to)
                  .isEqualTo(1);
            }
          }
        }
      }
    }
  }

  private static int switchesIn(Stage stage, Phase phase, int skip, String from, String to)
      throws Exception {
    int[] switches = {0};
    run(
        stage,
        from,
        (space, program) ->
            new CollectorSteps.Listener() {
              private int toSkip = skip % 3;

              @Override
              public void step(Phase at, Step step) {
                boolean last = step == Step.COMMITTED || step == Step.GOING_ON;
                if (at == phase && switches[0] == 0 && (toSkip-- == 0 || last)) {
                  switches[0]++;
                  use(space, to);
                }
              }
            });
    return switches[0];
  }

  @ParameterizedTest
  @MethodSource("stages")
  void everyPhaseIsGoneThrough(Stage stage) throws Exception {
    Set<Phase> phases = EnumSet.noneOf(Phase.class);
    for (String technique : stage.techniques) {
      phases.clear();
      run(stage, technique, (space, program) -> (phase, step) -> phases.add(phase));
      assertThat(phases).as(technique).containsExactly(Phase.values());
    }
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aPageThatPrecleaningsIntervalLacksIsCaught(Stage stage) throws Exception {
    for (String technique : stage.precise()) {
      assertCaught(stage, technique, Phase.PRECLEANING);
    }
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aPageThatTheLastIntervalLacksIsCaught(Stage stage) throws Exception {
    for (String technique : stage.precise()) {
      assertCaught(stage, technique, Phase.FINAL_MARK);
    }
  }

  /** An old object, anywhere, refers to a new one that nothing else refers to. */
  @ParameterizedTest
  @MethodSource("stages")
  void aPageThatAYoungCyclesIntervalLacksIsCaught(Stage stage) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (String technique : stage.precise()) {
      try (AddressSpace space = stage.substrate.open(SpaceOptions.named("gc"))) {
        CORE.use(space, technique);
        PageSet[] lost = {PageSet.empty()};
        IntervalSource source =
            (memory, consumer, scan, arm) -> lacking(CORE.fetch(memory, consumer, scan, arm), lost);
        inside(space, () -> hideOneByOne(space, source, lost, random));
      } catch (Exception | AssertionError e) {
        fail("-Dooh.first-seed=%d: %s on %s".formatted(seed, technique, stage), e);
      }
    }
  }

  private static void hideOneByOne(
      AddressSpace space, IntervalSource source, PageSet[] lost, SplittableRandom random) {
    for (int time = 0; time < 10; time++) {
      CollectedHeap heap =
          new CollectedHeap(
              space,
              HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20).withVerify(true),
              source,
              (watched, interval) -> {});
      for (int i = 0; i < 2000; i++) {
        long node = heap.allocate(1, 8);
        heap.setReference(node, 0, heap.global(0));
        heap.setGlobal(0, node);
      }
      long old = heap.global(0);
      for (int i = random.nextInt(2000); i > 0; i--) {
        old = heap.reference(old, 0);
      }
      long next = heap.reference(old, 0);
      heap.setReference(old, 0, 0);
      heap.setGlobal(1, next);
      heap.collect(false);
      heap.collect(false);
      heap.setReference(old, 0, heap.allocate(0, 16));
      lost[0] = PageSet.builder().addPage(old).build();
      assertThatThrownBy(() -> heap.collect(false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not marked");
      assertThatThrownBy(heap::close).hasMessageContaining("not marked");
      lost[0] = PageSet.empty();
    }
  }

  private static Interval lacking(Interval interval, PageSet[] lost) {
    PageSet pages = interval.pages().minus(lost[0]);
    assertThat(interval.pages().containsAll(lost[0])).isTrue();
    return new PassedOn(interval) {
      @Override
      public PageSet pages() {
        return pages;
      }
    };
  }

  private static void assertCaught(Stage stage, String technique, Phase losing) {
    assertThatThrownBy(
            () ->
                run(
                    stage,
                    technique,
                    (space, program) ->
                        new CollectorSteps.Listener() {
                          @Override
                          public void step(Phase phase, Step step) {}

                          @Override
                          public PageSet changed(Phase phase, PageSet pages) {
                            if (phase != losing) {
                              return pages;
                            }
                            PageSet lost =
                                losing == Phase.PRECLEANING
                                    ? program[0].near()
                                    : program[0].other();
                            assertThat(pages.containsAll(lost)).isTrue();
                            return pages.minus(lost);
                          }
                        }))
        .as("%s on %s", technique, stage)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not marked");
  }

  private interface Listening {
    CollectorSteps.Listener listener(AddressSpace space, MovingProgram[] program);
  }

  private static void run(Stage stage, String technique, Listening listening) throws Exception {
    try (AddressSpace space = stage.substrate.open(SpaceOptions.named("gc"))) {
      CORE.use(space, technique);
      MovingProgram[] program = new MovingProgram[1];
      program[0] = new MovingProgram(space, CORE, listening.listener(space, program));
      inside(space, program[0]::run);
    }
  }

  private static void inside(AddressSpace space, Runnable body) throws Exception {
    space
        .execution()
        .run(
            () -> {
              body.run();
              return 0;
            });
  }

  private static void use(AddressSpace space, String technique) {
    try {
      CORE.use(space, technique);
    } catch (TrackingException e) {
      throw new AssertionError("switch to " + technique, e);
    }
  }
}
