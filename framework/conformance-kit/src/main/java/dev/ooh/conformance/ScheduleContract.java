package dev.ooh.conformance;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Random schedules of a technique on a substrate: extend it and name the subjects. A few seeds run
 * with the other tests, and thousands with those that have the tag {@code soak}. The system
 * properties {@code ooh.first-seed} and {@code ooh.seeds} say otherwise, so {@code
 * -Dooh.first-seed=1307 -Dooh.seeds=1} repeats one.
 */
public abstract class ScheduleContract {

  /** Two of each kind of schedule. */
  private static final int FEW = 18;

  private static final int MANY = 5_000;
  private static final int FEW_HUGE = 3;
  private static final int MANY_HUGE = 1_000;

  /** What is tested: the technique, and again with settings that make something rare frequent. */
  protected abstract Stream<Subject> subjects();

  /** How many seeds run with the other tests. */
  protected int seeds() {
    return FEW;
  }

  @TestFactory
  Stream<DynamicTest> keepsTheLaws() {
    return tests(subjects(), seeds());
  }

  @TestFactory
  Stream<DynamicTest> keepsTheLawsOnHugePages() {
    return tests(subjects().map(Subject::withHugePages), FEW_HUGE);
  }

  @TestFactory
  @Tag("soak")
  Stream<DynamicTest> keepsTheLawsForThousandsOfSeeds() {
    return tests(subjects(), MANY);
  }

  @TestFactory
  @Tag("soak")
  Stream<DynamicTest> keepsTheLawsOnHugePagesForAThousandSeeds() {
    return tests(subjects().map(Subject::withHugePages), MANY_HUGE);
  }

  private static Stream<DynamicTest> tests(Stream<Subject> subjects, int usual) {
    long first = Long.getLong("ooh.first-seed", 1);
    int seeds = Integer.getInteger("ooh.seeds", usual);
    return subjects.map(
        subject ->
            dynamicTest(subject.name(), () -> new ConformanceKit(subject).check(first, seeds)));
  }
}
