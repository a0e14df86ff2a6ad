package dev.ooh.checkpoints;

/** Is told of checkpoints, by the thread that writes them; must return soon. */
public interface CheckpointListener {
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
