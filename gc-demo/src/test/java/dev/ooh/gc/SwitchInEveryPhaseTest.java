package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.AnyCycle;
import dev.ooh.gc.testing.CyclePhases;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * At the entry of each phase of each kind of cycle, in each of its pauses, the technique is
 * switched to another one, or is taken away: the cycle ends as if nothing had been, and nothing is
 * lost.
 */
@Timeout(300)
class SwitchInEveryPhaseTest {
  private static final int SOME = 50;
  private static final String BUILT_IN = "all-dirty";

  /** No cycle but those that are asked for, and each is checked. */
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(Long.MAX_VALUE).withVerify(true);

  private enum Action {
    SWITCH,
    REMOVE
  }

  /** Each technique, at each phase, is left in one of the two ways, in turns. */
  @TestFactory
  Stream<DynamicTest> nothingIsLost() {
    return onEverySubstrate(false);
  }

  @TestFactory
  @Tag("soak")
  Stream<DynamicTest> nothingIsLostWhicheverWayItIsLeft() {
    return onEverySubstrate(true);
  }

  private static Stream<DynamicTest> onEverySubstrate(boolean bothWays) {
    return ServiceLoader.load(Substrate.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(substrate -> substrate.refusal().isEmpty())
        .flatMap(
            substrate ->
                Stream.of(AnyCycle.values())
                    .map(
                        kind ->
                            dynamicTest(
                                substrate.name() + ", " + kind,
                                () -> run(substrate, kind, bothWays))));
  }

  private static void run(Substrate substrate, AnyCycle kind, boolean bothWays) throws Exception {
    List<TrackingTechnique> all =
        ServiceLoader.load(TrackingTechnique.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    // As long as it is open, the monitor of userfaultfd need not start for each technique.
    try (TrackingCore core = TrackingCore.create(all);
        AddressSpace other = substrate.open(SpaceOptions.named("other"));
        AddressSpace space = substrate.open(SpaceOptions.named("phases"))) {
      List<String> usable =
          core.list(other).stream()
              .filter(status -> status.probe().usable())
              .map(status -> status.descriptor().name())
              .toList();
      assertThat(usable).hasSizeGreaterThan(1);
      space
          .execution()
          .run(
              () -> {
                new Trial(core, space, kind, all, usable).run(bothWays);
                return 0;
              });
    }
  }

  private static final class Trial {
    private final TrackingCore core;
    private final AddressSpace space;
    private final AnyCycle kind;
    private final List<TrackingTechnique> all;
    private final List<String> usable;
    private final CyclePhases phases;
    private final CollectedHeap heap;
    private final ModelMutator mutator;

    /** What the cycle has gone through so far. */
    private final List<Phase> entered = Collections.synchronizedList(new ArrayList<>());

    private final List<Exception> failures = Collections.synchronizedList(new ArrayList<>());

    /** At which of them something is done, and what. */
    private volatile int at = Integer.MAX_VALUE;

    private volatile Action action = Action.SWITCH;
    private volatile String from = BUILT_IN;
    private volatile String to = BUILT_IN;

    Trial(
        TrackingCore core,
        AddressSpace space,
        AnyCycle kind,
        List<TrackingTechnique> all,
        List<String> usable) {
      this.core = core;
      this.space = space;
      this.kind = kind;
      this.all = all;
      this.usable = usable;
      phases = new CyclePhases(space, core, this::enters);
      heap = phases.heap(OPTIONS.withFullCycles(kind.where()));
      mutator = new ModelMutator(heap, 1, 0);
    }

    private void enters(Phase phase) {
      entered.add(phase);
      if (entered.size() - 1 == at) {
        try {
          act();
        } catch (TrackingException e) {
          failures.add(e);
        }
      }
    }

    private void act() throws TrackingException {
      if (action == Action.SWITCH) {
        core.use(space, to);
      } else {
        core.remove(technique(from));
      }
    }

    private TrackingTechnique technique(String name) {
      return all.stream()
          .filter(technique -> technique.descriptor().name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    void run(boolean bothWays) throws TrackingException {
      try (heap) {
        core.use(space, usable.getFirst());
        change(20 * SOME);
        cycle();
        assertThat(EnumSet.copyOf(entered)).isEqualTo(kind.phases());
        int count = entered.size();
        for (int place = 0; place < count; place++) {
          for (int i = 0; i < usable.size(); i++) {
            from = usable.get(i);
            to = usable.get((i + 1 + place % (usable.size() - 1)) % usable.size());
            at = place;
            boolean builtIn = from.equals(BUILT_IN);
            boolean removes = !builtIn && (bothWays || (place + i) % 2 == 0);
            if (bothWays || !removes) {
              runOne(Action.SWITCH);
            }
            if (removes) {
              runOne(Action.REMOVE);
            }
          }
        }
        at = Integer.MAX_VALUE;
        assertThat(heap.collect(true)).isTrue();
        mutator.checkAll();
      }
    }

    private void runOne(Action what) throws TrackingException {
      action = what;
      core.use(space, from);
      change(SOME);
      assertThat(heap.collect(false)).isTrue();
      change(SOME);
      long before = fullOnes();
      cycle();
      String now = core.active(space).orElse("none");
      String where = "%s at %s of %s, from %s to %s".formatted(what, at, entered, from, to);
      assertThat(failures).as(where).isEmpty();
      assertThat(entered).as(where).hasSizeGreaterThan(at);
      if (what == Action.SWITCH) {
        assertThat(now).as(where).isEqualTo(to);
      } else {
        assertThat(now).as(where).isNotEqualTo(from);
        core.add(technique(from));
      }
      assertThat(fullOnes() - before).as(where).isEqualTo(kind == AnyCycle.YOUNG ? 0 : 1);
      change(SOME);
      assertThat(heap.collect(false)).isTrue();
      mutator.checkAll();
    }

    private void cycle() {
      entered.clear();
      assertThat(kind.run(heap, phases)).as("%s cycle has ended", kind).isTrue();
      phases.forget();
    }

    private long fullOnes() {
      return heap.cycles().stream().filter(cycle -> cycle.kind() != CycleKind.YOUNG).count();
    }

    private void change(int actions) {
      for (int i = 0; i < actions; i++) {
        mutator.act();
      }
    }
  }
}
