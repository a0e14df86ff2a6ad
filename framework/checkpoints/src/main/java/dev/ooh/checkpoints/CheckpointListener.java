package dev.ooh.checkpoints;

import java.time.Duration;

/**
 * Is told of checkpoints; must return soon, and not call {@link Checkpoints}. By the thread that
 * writes them, but {@link #beforeFreeze} and {@link #afterThaw} by the one that takes them.
 */
public interface CheckpointListener {
  /**
   * Pages were copied while writers ran, and next they have to stand still: the place for what need
   * not wait for that, such as writing down in the segments what is elsewhere. It may take its
   * time, which counts for nobody's standstill. What this or {@link #afterThaw} throws, {@link
   * Checkpoints#take} does, and no checkpoint is taken.
   */
  default void beforeFreeze() {}

  /**
   * Writers go on; nothing is durable yet. Follows each {@link #beforeFreeze} that returned, also
   * where the checkpoint fails then.
   *
   * @param frozen how long they stood still, as {@link Checkpoint#frozen}; zero if it did not come
   *     to that
   */
  default void afterThaw(Duration frozen) {}

  /** So many of {@code ofPages} pages are written. */
  default void writing(long pages, long ofPages) {}

  /** A checkpoint is durable. */
  default void taken(Checkpoint checkpoint) {}

  /**
   * A checkpoint was not taken, or the chain of sets could not be folded; what changed is in the
   * next one, and the one before can still be restored. Or a {@linkplain
   * CheckpointOptions#flatImage flat image} could not be written, for want of room for instance:
   * that costs no checkpoint, the message ends with "the next lazy start takes the sets", and until
   * its next start the program does without.
   */
  default void failed(Exception reason) {}
}
