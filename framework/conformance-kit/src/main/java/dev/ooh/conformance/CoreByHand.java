package dev.ooh.conformance;

import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.Limits;
import dev.ooh.tracking.core.TrackingCore;
import java.time.Duration;

/** A core on a plain class path, to which techniques are added and from which they are taken. */
public interface CoreByHand extends AutoCloseable {
  /** A limit for the core that no busy machine comes near: a seed's verdict is the seed's alone. */
  Duration NEVER = Duration.ofMinutes(4);

  TrackingControl control();

  void add(TrackingTechnique technique);

  void remove(TrackingTechnique technique);

  @Override
  void close();

  /** The real one. */
  static CoreByHand real() {
    TrackingCore core = new TrackingCore(new Limits(NEVER, NEVER, NEVER));
    return new CoreByHand() {
      @Override
      public TrackingControl control() {
        return core;
      }

      @Override
      public void add(TrackingTechnique technique) {
        core.add(technique);
      }

      @Override
      public void remove(TrackingTechnique technique) {
        core.remove(technique);
      }

      @Override
      public void close() {
        core.close();
      }
    };
  }
}
