package dev.ooh.conformance.broken;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The kit rejects a technique, and the machine below it, with one of their lines missing: extend it
 * and name the lines.
 */
public abstract class MutantsContract {
  /** A rare combination of steps may be what shows a mistake. */
  private static final int SEEDS = 120;

  /** What is loaded anew with mistakes in it: prefixes of class names, the substrate's included. */
  protected abstract List<String> packages();

  protected abstract String substrate();

  protected abstract String technique();

  /** The mistakes, each of which loses a page. */
  protected abstract Stream<Mutant> mutants();

  /** The mistakes that lose a page on a machine with several virtual processors only. */
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.empty();
  }

  @TestFactory
  Stream<DynamicTest> aMutantIsRejected() {
    return mutants()
        .map(mutant -> dynamicTest(mutant.what(), () -> assertRejected(subject(mutant))));
  }

  @TestFactory
  Stream<DynamicTest> aMutantIsRejectedOnSeveralProcessors() {
    return mutantsOfSeveralProcessors()
        .map(
            mutant -> dynamicTest(mutant.what(), () -> assertRejected(onSeveral(subject(mutant)))));
  }

  /** Threads take turns often, so that each finds what it cached before another one's fetch. */
  private static Subject onSeveral(Subject subject) {
    return subject.with("vcpus", "3").with("quantum", "8");
  }

  protected final Subject subject(Mutant mutant) {
    return mutant.subject(packages(), substrate(), technique());
  }

  protected static void assertRejected(Subject subject) {
    assertTrue(
        new ConformanceKit(subject).firstRejected(1, SEEDS).isPresent(),
        () -> "none of %d seeds rejects %s".formatted(SEEDS, subject.name()));
  }
}
