package dev.ooh.conformance;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a test decides for the techniques under test, and what their sessions answered. */
final class Fate {
  private Optional<Death> death = Optional.empty();
  private final List<Unseen> blindness = new ArrayList<>();
  private final List<Gathered> answers = new ArrayList<>();
  private Work work = Work.NONE;

  /** Makes the next fetch die. */
  synchronized void kill(Death how) {
    death = Optional.of(how);
  }

  synchronized Optional<Death> takeDeath() {
    Optional<Death> taken = death;
    death = Optional.empty();
    return taken;
  }

  /** From now on no session can watch {@code pages}. */
  synchronized void blind(PageSet pages, String reason) {
    blindness.add(new Unseen(pages, reason));
  }

  /** From now on every session can watch everything again. */
  synchronized void see() {
    blindness.clear();
  }

  synchronized List<Unseen> blindness() {
    return List.copyOf(blindness);
  }

  synchronized void worked(Work more) {
    work = work.plus(more);
  }

  synchronized Work work() {
    return work;
  }

  synchronized void answered(Gathered answer) {
    answers.add(answer);
  }

  /** What was answered since this was last asked. */
  synchronized List<Gathered> takeAnswers() {
    List<Gathered> taken = List.copyOf(answers);
    answers.clear();
    return taken;
  }
}
