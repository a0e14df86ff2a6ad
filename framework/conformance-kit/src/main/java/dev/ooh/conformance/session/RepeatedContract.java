package dev.ooh.conformance.session;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/**
 * What every technique must keep, repeated in spaces that are opened in another way. An abstract
 * test class that extends this one says how, and adds what is peculiar to such spaces.
 */
public abstract class RepeatedContract {
  private static final int FEW = 9;

  protected abstract Substrate substrate();

  protected abstract TrackingTechnique technique();

  /** How to open a space; a subclass may add settings. */
  protected abstract SpaceOptions options();

  /** What the laws are tried on: a subclass may add the technique with other settings. */
  protected Stream<Subject> subjects() {
    return Stream.of(subject());
  }

  /** What random schedules are tried on. */
  protected Stream<Subject> scheduled() {
    return subjects();
  }

  /** The technique as it is tried. */
  protected final Subject subject() {
    Subject subject = Subject.plain(substrate(), technique());
    for (var setting : options().settings().entrySet()) {
      subject = subject.with(setting.getKey(), setting.getValue());
    }
    return subject;
  }

  /** The laws one by one. */
  @Nested
  class Laws extends TechniqueLaws {
    @Override
    protected Subject subject() {
      return RepeatedContract.this.subject();
    }
  }

  /** Random schedules. */
  @Nested
  class Schedules extends ScheduleContract {
    @Override
    protected Stream<Subject> subjects() {
      return scheduled();
    }

    @Override
    protected int seeds() {
      return FEW;
    }
  }

  /** What one session does. */
  @Nested
  class Sessions extends SessionContract {
    @Override
    protected Substrate substrate() {
      return RepeatedContract.this.substrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return RepeatedContract.this.technique();
    }

    @Override
    protected SpaceOptions options() {
      return RepeatedContract.this.options();
    }
  }
}
