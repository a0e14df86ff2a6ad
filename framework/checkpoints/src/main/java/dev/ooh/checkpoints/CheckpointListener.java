package dev.ooh.checkpoints;

import java.time.Duration;

/**
 * Is told of checkpoints, by the thread that takes or writes them. Methods must return soon, but
 * for {@link #beforeFreeze}, and not call {@link Checkpoints}. What {@link #writing}, {@link
 * #taken} and {@link #failed} throw is logged, and changes nothing.
 */
public interface CheckpointListener {
  /**
   * Writers will have to stand still soon: the place for what they need not wait for, such as
   * writing down in the segments what is elsewhere. It may take its time. Where pages are copied
   * while writers run, that comes afterwards. By the thread that takes the checkpoint; what this or
   * {@link #afterThaw} throws, {@link Checkpoints#take} does, and no checkpoint is taken.
   */
  default void beforeFreeze() {}

  /**
   * Writers go on; nothing is durable yet. Follows each {@link #beforeFreeze} that returned, also
   * where the checkpoint fails then. By the same thread. Where pages are copied before they are
   * written, that begins when this returns: what writers come to before takes room.
   *
   * @param frozen how long they stood still, as {@link Checkpoint#frozen}; zero if they were not
   *     asked to
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
