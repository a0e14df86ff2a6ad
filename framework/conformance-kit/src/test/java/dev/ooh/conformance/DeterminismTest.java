package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.broken.Flaw;
import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.conformance.model.ModelTechnique;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A seed's verdict is its own: what real threads happen to do has no say in it. */
class DeterminismTest {
  private static final int SEEDS = 60;

  @Test
  void aSeedEndsTheSameWayEachTime() {
    Subject subject =
        Subject.plain(
            new ModelSubstrate(),
            Flaw.REARMS_AFTER_THE_REPORT.in(new ModelTechnique("model", 16)),
            new ModelTechnique("other", 1024));
    List<String> first = ends(subject);
    assertThat(first).anyMatch(end -> end.contains("law 1"));
    assertThat(ends(subject)).isEqualTo(first);
    assertThat(ends(subject)).isEqualTo(first);
  }

  private static List<String> ends(Subject subject) {
    ConformanceKit kit = new ConformanceKit(subject);
    return LongStream.rangeClosed(1, SEEDS).mapToObj(seed -> end(kit, subject, seed)).toList();
  }

  private static String end(ConformanceKit kit, Subject subject, long seed) {
    StringBuilder end = new StringBuilder();
    try {
      kit.inWorld(
          seed,
          world -> {
            new ScheduleRunner(world, subject).run(Schedule.of(seed).steps());
            world.finish();
            end.append(world.tally());
          });
    } catch (LawViolation e) {
      end.append(e.getMessage());
    }
    return end.toString();
  }
}
